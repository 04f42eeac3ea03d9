"""The golden vectors are what this code makes, and it refuses what they say must be refused."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from contract.budget.rules import require_as_stated, require_sound
from contract.budget.segment import judge_lines, judge_names
from contract.errors import ContractError
from contract.wire import canonical, frames
from contract.wire.canonical import sha256_hex
from contract.wire.cron import NotASchedule
from contract.wire.identity import require_node_id
from contract.wire.manifest import read_manifest, stated_by
from contract.wire.schedule import read_schedule
from contract.wire.ticket import read_ticket
from tests.contract.make_vectors import HOME, vectors
from tests.contract.samples import (
    EDUCATION,
    FRAMES,
    NODE_ID,
    SEALING_KEY,
    access,
    manifest,
    sealed_access,
)

MADE = vectors()
REFUSED = json.loads((HOME / "refused.json").read_bytes())


@pytest.mark.parametrize("name", sorted(MADE))
def test_a_vector_is_made_again_to_the_byte(name: str) -> None:
    kept = (HOME / name).read_bytes()

    assert kept == MADE[name], "after a decision: python -m tests.contract.make_vectors"


def test_no_vector_is_kept_that_nobody_makes() -> None:
    kept = {path.relative_to(HOME).as_posix() for path in HOME.rglob("*") if path.is_file()}

    frames_kept = {f"frames/{place}.tsv.zst" for place in range(len(FRAMES))}
    assert kept == set(MADE) | frames_kept | {"access/sealed.bin"}


def test_the_kept_frames_hold_what_the_manifest_states() -> None:
    made = manifest()
    require_sound(stated_by(made))

    for entry, frame in zip(made.segments, FRAMES.values(), strict=True):
        plain = frames.unpack(frame, frame_sha256=entry.frame_sha256, size=entry.bytes, sha256=entry.sha256)
        judged = judge_lines(plain, entry.kode_skpd) if entry.kode_skpd else judge_names(plain)
        require_as_stated(entry.kode_skpd, judged, entry.lines, entry.totals.totals())


def test_the_kept_seal_opens_to_the_access_that_was_sealed() -> None:
    opened = sealed_access().open(SEALING_KEY, node_id=NODE_ID)

    assert opened.to_bytes() == MADE["access/access.json"]
    assert opened == access()


def test_the_content_is_what_the_content_id_is_the_hash_of() -> None:
    assert sha256_hex(MADE["content.json"]) == manifest().content_id


SCHEDULES = json.loads((HOME / "schedules.json").read_bytes())


@pytest.mark.parametrize("line", SCHEDULES["refused"])
def test_what_must_be_no_schedule_is_refused(line: str) -> None:
    with pytest.raises(NotASchedule):
        read_schedule(line)


READERS: Mapping[str, Callable[[bytes], Any]] = {
    "json": lambda data: canonical.loads(data, max_bytes=2**20),
    "manifest": read_manifest,
    "lines": lambda data: judge_lines(data, EDUCATION),
    "names": judge_names,
    "node-id": lambda data: require_node_id(data.decode()),
    "ticket": lambda data: read_ticket(data.decode()),
}


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case['as']}-{case['bytes'][-24:]}")
def test_what_must_be_refused_is_refused_under_its_name(case: dict[str, str]) -> None:
    with pytest.raises(ContractError) as refused:
        READERS[case["as"]](b64decode(case["bytes"]))

    assert refused.value.slug == case["error"]
