"""The running agent takes its snapshots by itself; what stops it in mid-read leaves nothing half-written."""

from __future__ import annotations

import json
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.filled import in_server
from tests.moved_clock import MovedClock
from tests.sample_pemda import Budget
from tests.servers.mariadb import MariaDb
from tests.world import Node, Scene, scene
from tests.world.patience import until

pytestmark = pytest.mark.timeout(300)
SMALL = Budget(jumlah_rincian=500)


@dataclass(frozen=True)
class Mapped:
    """A node that is mapped and does not run yet, its database, and a clock that can be moved."""

    scene: Scene
    server: MariaDb
    database: str
    clock: MovedClock

    def do(self, statement: str) -> list[Any]:
        """Run one statement in the finance database, as its administrator."""
        with closing(self.server.connect(self.database, autocommit=True)) as connection:
            cursor = connection.cursor()
            cursor.execute(statement)
            return list(cursor.fetchall())

    def change(self) -> None:
        """Add a thousand rupiah to one rincian."""
        self.do(
            "UPDATE data_rka SET rincian = rincian + 1000 WHERE active = 1 AND tahun_anggaran = 2026 LIMIT 1"
        )

    def delivered(self) -> int:
        """How many snapshots the centre has received whole."""
        with closing(sqlite3.connect(self.scene.centre.folder / "sikd.db")) as centre:
            whole = "SELECT COUNT(*) FROM snapshots WHERE last_receipt IS NOT NULL"
            [count] = centre.execute(whole).fetchone()
        return int(count)


@pytest.fixture(scope="module")
def mapped(mariadb_server: MariaDb, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapped]:
    folder = tmp_path_factory.mktemp("pemda")
    access = in_server(mariadb_server, "wp-sipd", SMALL)
    clock = MovedClock(folder / "clock")
    with scene(folder, clock=clock) as ours:
        ours.open_centre()
        ours.install_agent(access)
        ours.map()
        yield Mapped(ours, mariadb_server, access.database, clock)


@contextmanager
def slow_rows(mapped: Mapped) -> Iterator[None]:
    """Two queries take some six seconds each: the one for names, and the one for belanja after it."""
    table = "data_mapping_sumberdana"
    mapped.do(f"RENAME TABLE {table} TO quick")
    mapped.do(f"CREATE VIEW {table} AS SELECT * FROM quick WHERE SLEEP(0.015) = 0")  # noqa: S608
    try:
        yield
    finally:
        mapped.do(f"DROP VIEW {table}")
        mapped.do(f"RENAME TABLE quick TO {table}")


def staged(node: Node) -> list[Path]:
    """The frames of a collection under way."""
    return list(node.outbox_file.parent.glob("staging/collection-*/*"))


def wait_for_mid_read(node: Node) -> None:
    """Return when a collection has written its first frame, with the longest query before it."""
    left_by_others = set(staged(node))
    until(lambda: not left_by_others.issuperset(staged(node)), "the first frame is written")


def queued(node: Node) -> tuple[list[Any], list[Any]]:
    """What the outbox holds, when SQLite itself has found it whole: unfinished snapshots, and frames."""
    with closing(sqlite3.connect(node.outbox_file)) as outbox:
        assert outbox.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        unfinished = outbox.execute("SELECT * FROM unfinished").fetchall()
        return unfinished, outbox.execute("SELECT frame_sha256 FROM frames").fetchall()


def next_snapshot(node: Node) -> datetime:
    facts = json.loads(node.status_file.read_text())
    return datetime.fromisoformat(facts["next_snapshot_at"])


def test_snapshots_come_at_their_hour_and_after_two_hours_of_sleep_past_it(mapped: Mapped) -> None:
    node, clock = mapped.scene.node, mapped.clock
    with node.running():
        until(lambda: mapped.delivered() == 1, "the first snapshot is delivered, by nobody's command")
        until(lambda: next_snapshot(node) > clock.now(), "the next one is planned")
        mapped.change()
        clock.move(next_snapshot(node) - clock.now() - timedelta(seconds=20))
        assert mapped.delivered() == 1
        until(lambda: mapped.delivered() == 2, "the second comes when its hour has come")

        until(lambda: next_snapshot(node) > clock.now(), "the third is planned")
        mapped.change()
        clock.move(next_snapshot(node) - clock.now() - timedelta(hours=1))
        assert mapped.delivered() == 2
        clock.move(timedelta(hours=2))
        until(lambda: mapped.delivered() == 3, "the third is made up for after the sleep", seconds=60)


def test_a_stop_in_mid_read_leaves_nothing_that_could_be_taken_for_a_snapshot(mapped: Mapped) -> None:
    node = mapped.scene.node
    mapped.change()
    before = queued(node)
    with slow_rows(mapped), node.begin("snapshot") as reading:
        wait_for_mid_read(node)
        reading.send_signal(signal.SIGTERM)
        out, _ = reading.communicate(timeout=10)

    assert (reading.returncode, out) == (-signal.SIGTERM, "")
    assert queued(node) == before
    until(lambda: len(mapped.do("SHOW PROCESSLIST")) == 1, "the database has lost the reader")


def test_the_next_snapshot_after_a_stop_is_whole_and_clears_what_was_left(mapped: Mapped) -> None:
    node = mapped.scene.node
    mapped.change()
    with slow_rows(mapped), node.begin("snapshot") as reading:
        wait_for_mid_read(node)
        reading.send_signal(signal.SIGTERM)
        reading.communicate(timeout=10)
    before = mapped.delivered()

    mapped.scene.deliver()

    assert mapped.delivered() == before + 1
    assert staged(node) == []


def test_the_service_stops_in_mid_read_within_seconds_and_says_that_it_is_stopped(mapped: Mapped) -> None:
    node = mapped.scene.node
    mapped.change()
    mapped.clock.move(timedelta(days=1))
    before = queued(node)
    with slow_rows(mapped), node.running() as agent:  # which waits three seconds for work to end
        wait_for_mid_read(node)
        agent.send_signal(signal.SIGTERM)
        code = agent.wait(5)

    assert (code, node.tried("status").code) == (0, 3)
    assert queued(node) == before
