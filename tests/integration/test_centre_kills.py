"""The centre is killed at random points of deliveries: what it acknowledged stays, nothing is there twice.

SIKD_KILLS sets how often (100 for a thorough run), SIKD_KILLS_SEED at which points.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx
import pytest
from sqlalchemy import func, select

from contract.wire.messages import SnapshotAnswer
from contract.wire.states import SnapshotState
from sikd import intake, nodes
from sikd.accounts import Role, User
from sikd.database import Database, open_database
from sikd.intake.tables import lines, segments
from tests.fakes.node import FakeNode, Prepared, utc_now
from tests.integration.killable_centre import KillableCentre, killable_centre
from tests.integration.raw_requests import answer, committed, frames, signed_headers, state
from tests.sample_pemda import Budget

KILLS = int(os.environ.get("SIKD_KILLS", "6"))
SEED = int(os.environ.get("SIKD_KILLS_SEED", "1"))
LONGEST_DELAY = 0.5
JEPARA = "11.10"


@dataclass
class Heard:
    """The last thing that the centre acknowledged about one delivery."""

    last: SnapshotAnswer | None = None

    def note(self, said: SnapshotAnswer) -> None:
        """Remember what was acknowledged; less lacking is more."""
        if self.last is None or len(said.lacking) <= len(self.last.lacking):
            self.last = said


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[KillableCentre]:
    with killable_centre(tmp_path) as killable:
        yield killable


@pytest.fixture
def database(centre: KillableCentre) -> Iterator[Database]:
    opened = open_database(centre.database_url)
    yield opened
    opened.close()


@pytest.fixture
def node(centre: KillableCentre, database: Database) -> Iterator[FakeNode]:
    with httpx.Client(base_url=centre.url, timeout=30, trust_env=False) as client:
        made = FakeNode(client, centre.url)
        code = made.match_code(made.enrol())
        one, other = (User(f"petugas-{number}", Role.PETUGAS, None) for number in (1, 2))
        fresh = {"centre_der": made.centre_der(), "fresh_nonce": secrets.token_bytes(nodes.NONCE_BYTES)}
        with database.begin() as connection:
            nodes.propose(connection, made.node_id, JEPARA, one, utc_now())
            nodes.approve(connection, made.node_id, JEPARA, code, other, utc_now(), **fresh)
        yield made


def slowly(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 2048):
        yield body[start : start + 2048]
        time.sleep(0.005)


def deliver(node: FakeNode, prepared: Prepared, heard: Heard) -> None:
    """Deliver until it is done or the line breaks."""
    try:
        heard.note(committed(node, prepared))
        body = frames(prepared, heard.last.lacking if heard.last else ())
        path = f"/v1/snapshots/{prepared.snapshot_id}/segments"
        headers = signed_headers(node, "POST", path, body)
        heard.note(answer(node.client.post(path, content=slowly(body), headers=headers)))
    except httpx.TransportError:
        return


def watch(node: FakeNode, prepared: Prepared, heard: Heard, over: threading.Event) -> None:
    """Ask again and again how the delivery stands, from its first word until the centre is gone."""
    try:
        while not over.is_set():
            if heard.last is None:
                time.sleep(0.002)
            else:
                heard.note(state(node, prepared))
    except httpx.TransportError:
        return


def kill_during_a_delivery(
    centre: KillableCentre, node: FakeNode, prepared: Prepared, delay: float
) -> SnapshotAnswer | None:
    """Deliver while another asks for progress; kill the centre after a while. What was acknowledged last."""
    heard, over = Heard(), threading.Event()
    threads = [
        threading.Thread(target=deliver, args=(node, prepared, heard)),
        threading.Thread(target=watch, args=(node, prepared, heard, over)),
    ]
    for thread in threads:
        thread.start()
    time.sleep(delay)
    centre.kill()
    over.set()
    for thread in threads:
        thread.join(timeout=60)
    return heard.last


def kept(database: Database) -> tuple[int, int]:
    with database.read() as connection:
        return (
            connection.execute(select(func.count()).select_from(segments)).scalar_one(),
            connection.execute(select(func.count()).select_from(lines)).scalar_one(),
        )


@pytest.mark.timeout(60 + 30 * KILLS)
def test_a_killed_centre_loses_nothing_it_acknowledged_and_keeps_nothing_twice(
    centre: KillableCentre, database: Database, node: FakeNode
) -> None:
    random = Random(SEED)  # noqa: S311 - points in time, not secrets
    known: dict[str, int] = {}

    for sequence in range(1, KILLS + 1):
        budget = Budget(tahun=2026, jumlah_rincian=500, seed=sequence)
        prepared = node.prepare(budget, sequence=sequence)
        # The segment of names holds no lines of the budget.
        known |= {each.sha256: each.lines if each.kode_skpd else 0 for each in prepared.manifest.segments}

        acknowledged = kill_during_a_delivery(centre, node, prepared, random.uniform(0, LONGEST_DELAY))
        centre.start()
        if acknowledged is not None:
            found = state(node, prepared)
            assert set(found.lacking) <= set(acknowledged.lacking)
            assert found.receipts[: len(acknowledged.receipts)] == acknowledged.receipts
        final = node.deliver(prepared)

        assert final.state is SnapshotState.RECEIVED, final.reason
        assert kept(database) == (len(known), sum(known.values()))
        with database.read() as connection:
            assert intake.posture(connection, JEPARA, prepared.manifest.content_id) == budget.totals
