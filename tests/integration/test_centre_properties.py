"""Whatever the bytes, the centre answers with what the contract knows, and never breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import httpx
import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import assume, given
from hypothesis import strategies as st

from contract.budget.rules import require_as_stated
from contract.budget.segment import judge_lines
from contract.errors import ContractError
from contract.wire import envelope
from contract.wire.canonical import sha256_hex
from contract.wire.manifest import SegmentEntry
from contract.wire.messages import Checkin, Problem
from contract.wire.states import SnapshotState
from contract.wire.succession import SUCCESSION_TYPE, SuccessionKind
from tests.contract.mutations import spoilt_bytes, spoilt_meaning
from tests.fakes.node import FakeNode, Prepared
from tests.integration.centre_in_process import centre_in_process
from tests.integration.raw_requests import altered, answer, committed, frames, post, send
from tests.sample_pemda import Budget


class Standing:
    """A centre with one mapped node, kept for all examples; no dataclass, which would print all its bytes."""

    def __init__(self, node: FakeNode, prepared: Prepared, waiting: FakeNode) -> None:
        self.node, self.prepared, self.sequence, self.waiting = node, prepared, count(10), waiting


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory, budget: Budget) -> Iterator[Standing]:
    yield from centre_with_nodes(tmp_path_factory.mktemp("centre"), budget)


@pytest.fixture(scope="module")
def spent(tmp_path_factory: pytest.TempPathFactory, budget: Budget) -> Iterator[Standing]:
    """One whose node may take the highest sequence number that there is, so that it delivers no more."""
    yield from centre_with_nodes(tmp_path_factory.mktemp("spent"), budget)


def centre_with_nodes(folder: Path, budget: Budget) -> Iterator[Standing]:
    with centre_in_process(folder, f"sqlite:///{folder / 'sikd.db'}") as centre:
        node, waiting = centre.mapped_node(), centre.node()
        waiting.enrol()
        yield Standing(node, node.prepare(budget), waiting)


def is_understood(response: httpx.Response) -> bool:
    """Whether an answer is a good one, or a problem that the contract can put into words."""
    if response.status_code == 200:
        return True
    problem = Problem.from_bytes(response.content, max_bytes=65536)
    return 400 <= problem.status == response.status_code < 500 and problem.code != "SIKD-E000"


def is_as_stated(plain: bytes, entry: SegmentEntry) -> bool:
    """Whether a node may sign these bytes: another code in a line is another budget, and no lie."""
    try:
        found = judge_lines(plain, entry.kode_skpd)
        require_as_stated(entry.kode_skpd, found, entry.lines, entry.totals.totals())
    except ContractError:
        return False
    return True


@given(st.data())
def test_any_body_of_a_commitment_is_understood(standing: Standing, data: st.DataObject) -> None:
    path = f"/v1/snapshots/{standing.prepared.snapshot_id}"
    body = data.draw(spoilt_bytes(standing.prepared.letter))

    assert is_understood(send(standing.node, "PUT", path, body))


@given(st.data())
def test_any_manifest_that_a_node_signs_is_understood(spent: Standing, data: st.DataObject) -> None:
    node, manifest = spent.node, spent.prepared.manifest
    payload = data.draw(spoilt_meaning(manifest.to_bytes()))
    letter = envelope.sign(envelope.MANIFEST_TYPE, payload, node.signing, keyid=node.node_id).to_bytes()

    assert is_understood(send(node, "PUT", f"/v1/snapshots/{sha256_hex(payload)}", letter))


@given(st.data())
def test_any_segment_that_a_node_signs_ends_in_a_verdict(standing: Standing, data: st.DataObject) -> None:
    node, (*others, last) = standing.node, standing.prepared.manifest.segments
    honest = zstandard.ZstdDecompressor().decompress(standing.prepared.frames[last.sha256])
    plain = data.draw(spoilt_bytes(honest))
    packed = data.draw(st.booleans())
    frame = zstandard.ZstdCompressor().compress(plain) if packed else plain or b"x"
    entry = last.model_copy(
        update={
            "bytes": len(plain),
            "sha256": sha256_hex(plain),
            "frame_bytes": len(frame),
            "frame_sha256": sha256_hex(frame),
        }
    )
    attack = altered(node, standing.prepared, segments=(*others, entry), sequence=next(standing.sequence))
    attack = replace(attack, frames=standing.prepared.frames | {entry.sha256: frame})

    said = committed(node, attack)
    final = answer(post(node, attack, frames(attack, said.lacking)))

    expected = SnapshotState.RECEIVED if packed and is_as_stated(plain, entry) else SnapshotState.REFUSED
    assert final.state is expected


@given(st.data())
def test_any_body_of_segments_is_understood(standing: Standing, data: st.DataObject) -> None:
    path = f"/v1/snapshots/{standing.prepared.snapshot_id}"
    send(standing.node, "PUT", path, standing.prepared.letter)
    body = data.draw(st.binary(max_size=4096))

    assert is_understood(send(standing.node, "POST", path + "/segments", body))


@given(st.data())
def test_any_check_in_is_understood(standing: Standing, data: st.DataObject) -> None:
    honest = Checkin(
        checkin_id="0" * 32,
        counter=0,
        hostname="db",
        machine="",
        agent_version="",
        database="",
        queued=0,
    ).to_bytes()
    body = data.draw(st.one_of(spoilt_bytes(honest), spoilt_meaning(honest)))

    assert is_understood(send(standing.node, "POST", "/v1/checkin", body))


@given(st.data())
def test_any_registration_is_understood(standing: Standing, data: st.DataObject) -> None:
    node = standing.node
    payload = data.draw(spoilt_meaning(envelope.read(node.registration()).unverified_payload))
    signed = envelope.sign(envelope.REGISTRATION_TYPE, payload, node.signing, keyid=node.node_id)
    body = data.draw(st.one_of(st.just(signed.to_bytes()), spoilt_bytes(node.registration())))

    assert is_understood(send(node, "POST", "/v1/nodes", body))


@given(st.data())
def test_any_succession_is_understood(standing: Standing, data: st.DataObject) -> None:
    old = standing.waiting
    new = replace(old, signing=Ed25519PrivateKey.generate())
    honest = new.succession(old, data.draw(st.sampled_from(SuccessionKind)))
    payload = data.draw(spoilt_meaning(envelope.read(honest).unverified_payload))
    signed = envelope.sign(SUCCESSION_TYPE, payload, new.signing, keyid=new.node_id)
    signed = signed.signed_too(old.signing, keyid=old.node_id)
    body = data.draw(st.one_of(st.just(signed.to_bytes()), spoilt_bytes(honest)))

    assert is_understood(send(old, "POST", "/v1/successions", body))


@given(
    st.sampled_from(["GET", "PUT", "POST", "DELETE", "PATCH"]),
    st.text("abc/.%0123456789?=\u00e9", max_size=40),
    st.dictionaries(
        st.sampled_from(["signature", "signature-input", "content-digest", "content-length"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80),
    ),
)
def test_any_request_is_answered_in_words(
    standing: Standing, method: str, path: str, headers: dict[str, str]
) -> None:
    url = httpx.URL(standing.node.public_url).join("/v1/" + path)
    assume(url.path.startswith("/v1"))  # `..` leads out of what programs ask for
    response = standing.node.client.request(method, url, headers=headers)

    problem = Problem.from_bytes(response.content, max_bytes=65536)
    assert 400 <= problem.status < 500
