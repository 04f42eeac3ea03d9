"""Money that moves between two tables while they are read is never seen half moved."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from connectors.interface import Access, Reading, TornRead
from connectors.registry import connect
from contract.budget.segment import encode_sums
from contract.budget.totals import Totals, total
from tests.fakes.connector_conformance import Expected
from tests.filled import in_server
from tests.sample_pemda import Budget, Dirt
from tests.servers import Server
from tests.servers.mariadb import MariaDb
from tests.whole_reading import read_whole

BUDGET = Budget(jumlah_rincian=600, dirt=Dirt.none())
MOVE = (
    "UPDATE data_pendapatan SET total = total + 1000 WHERE id = 1",
    "UPDATE data_rka SET rincian = rincian + 1000 WHERE id = 1",
)
READINGS = 8


@pytest.fixture(scope="module")
def read_committed_server() -> Iterator[MariaDb]:
    """A MariaDB server whose sessions see every commit at once, unless they ask for more."""
    server = MariaDb.started("--transaction-isolation=READ-COMMITTED")
    yield server
    server.stop()


@pytest.fixture(params=["mariadb_server", "read_committed_server", "postgresql_server"])
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


def move_money(server: Server, access: Access, times: int = 1) -> None:
    with closing(server.connect(access.database)) as connection, closing(connection.cursor()) as cursor:
        for _ in range(times):
            for statement in MOVE:
                cursor.execute(statement)
            connection.commit()


def summed(reading: Reading) -> Totals:
    return total(encode_sums(sums).totals for _, sums in reading.skpd())


def test_money_moved_after_the_totals_were_read_is_not_seen(server: Server) -> None:
    access = in_server(server, "wp-sipd", BUDGET)

    with connect(access).reading(2026) as reading:
        move_money(server, access)
        segments = {kode: encode_sums(sums).plain for kode, sums in reading.skpd()}

    assert segments == Expected.of(BUDGET).segments
    assert read_whole(access).segments != segments


def test_money_moved_between_two_skpd_is_not_seen(server: Server) -> None:
    access = in_server(server, "wp-sipd", BUDGET)

    with connect(access).reading(2026) as reading:
        skpd = reading.skpd()
        segments = dict([next(skpd)])
        move_money(server, access)
        segments.update(skpd)

    assert {kode: encode_sums(sums).plain for kode, sums in segments.items()} == Expected.of(BUDGET).segments


def test_while_money_moves_without_end_every_reading_balances(server: Server) -> None:
    access = in_server(server, "wp-sipd", BUDGET)
    enough = threading.Event()
    moved = 0

    def keep_moving() -> None:
        nonlocal moved
        while not enough.is_set():
            move_money(server, access, times=5)
            moved += 5

    writer = threading.Thread(target=keep_moving)
    writer.start()
    seen = []
    try:
        for _ in range(READINGS):
            with connect(access).reading(2026) as reading:
                seen.append((reading.totals, summed(reading)))
    finally:
        enough.set()
        writer.join()

    assert all(stated == lines for stated, lines in seen)
    assert {stated.silpa for stated, _ in seen} == {BUDGET.totals.silpa}
    assert len({stated.pendapatan for stated, _ in seen}) > 1, f"the writer moved money {moved} times, unseen"


def test_tables_that_no_transaction_protects_are_read_twice_and_said(mariadb_server: MariaDb) -> None:
    access = in_server(mariadb_server, "wp-sipd", BUDGET)
    make_myisam(mariadb_server, access)

    whole = read_whole(access)

    assert whole.facts.torn_possible
    assert whole.segments == Expected.of(BUDGET).segments
    assert whole.sentence("consistency_is_guaranteed").startswith("Tables data_pendapatan, data_rka cannot")


def test_tables_that_changed_while_they_were_read_are_refused(mariadb_server: MariaDb) -> None:
    access = in_server(mariadb_server, "wp-sipd", BUDGET)
    make_myisam(mariadb_server, access)

    with connect(access).reading(2026) as reading:
        move_money(mariadb_server, access)
        with pytest.raises(TornRead, match="changed while it was read"):
            list(reading.skpd())


def make_myisam(server: MariaDb, access: Access) -> None:
    with closing(server.connect(access.database)) as connection, closing(connection.cursor()) as cursor:
        for table in ("data_pendapatan", "data_rka"):
            cursor.execute(f"ALTER TABLE {table} ENGINE=MyISAM")
