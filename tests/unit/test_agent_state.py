"""What a node remembers: it survives every end of the program, and nothing is counted twice."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from agent.errors import StorageDamaged, StorageNewer, StorageUnwritable
from agent.storage.state import Acknowledged, CheckinTurn, State, StoredAnswer, TrustedCentre

NOW = datetime(2026, 1, 20, 3, 0, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def state(file: Path) -> Iterator[State]:
    state = State(file)
    yield state
    state.close()


def test_nothing_is_remembered_in_the_beginning(state: State) -> None:
    assert state.trusted_centre() is None
    assert state.last_answer() is None
    assert state.acknowledged(2026) is None
    assert state.clock_offset() == timedelta()


def test_the_trusted_centre_is_remembered(file: Path, state: State) -> None:
    centre = TrustedCentre(b"key", "https://sikd.example")

    state.trust_centre(centre, key_id="k1", now=NOW)

    assert State(file).trusted_centre() == centre


def test_earlier_keys_of_the_centre_are_kept_for_its_old_receipts(state: State) -> None:
    for number in (1, 2):
        key = TrustedCentre(f"key {number}".encode(), "https://sikd.example")
        state.trust_centre(key, key_id=f"k{number}", now=NOW)

    assert (state.centre_key("k1"), state.centre_key("k2")) == (b"key 1", b"key 2")
    assert state.centre_key("k3") is None


def test_a_checkin_that_was_never_answered_is_sent_again(file: Path, state: State) -> None:
    ids = (f"id{number}" for number in count(1))

    first = state.begin_checkin(lambda: next(ids))
    after_a_kill = State(file).begin_checkin(lambda: next(ids))

    assert first == after_a_kill == CheckinTurn("id1", 0)


def test_an_answered_checkin_makes_room_for_the_next(state: State) -> None:
    ids = (f"id{number}" for number in count(1))
    turn = state.begin_checkin(lambda: next(ids))

    state.finish_checkin(turn, StoredAnswer(b"answer", NOW), counter=1)

    assert state.begin_checkin(lambda: next(ids)) == CheckinTurn("id2", 1)
    assert state.last_answer() == StoredAnswer(b"answer", NOW)


def test_an_answer_that_comes_late_does_not_count_back(file: Path, state: State) -> None:
    # A command and the daemon sent the same pair; the daemon heard first and has checked in once more.
    ids = (f"id{number}" for number in count(1))
    late = state.begin_checkin(lambda: next(ids))
    daemon = State(file)
    daemon.finish_checkin(daemon.begin_checkin(lambda: next(ids)), StoredAnswer(b"first", NOW), counter=1)
    daemon.finish_checkin(daemon.begin_checkin(lambda: next(ids)), StoredAnswer(b"second", NOW), counter=2)
    owed = daemon.begin_checkin(lambda: next(ids))

    state.finish_checkin(late, StoredAnswer(b"first", NOW), counter=1)

    assert state.begin_checkin(lambda: next(ids)) == owed == CheckinTurn("id3", 2)
    assert state.last_answer() == StoredAnswer(b"second", NOW)


def test_an_order_is_kept_with_its_answer_until_it_is_done(file: Path, state: State) -> None:
    turn = state.begin_checkin(lambda: "id1")
    state.finish_checkin(turn, StoredAnswer(b"answer", NOW), counter=1, orders=["snapshot"])
    after_a_kill = State(file)
    assert after_a_kill.open_orders() == {"snapshot": 1}

    after_a_kill.finish_order("snapshot", 1)

    assert state.open_orders() == {}


def test_an_order_that_was_given_again_meanwhile_is_not_done(state: State) -> None:
    for number in (1, 2):
        turn = state.begin_checkin(lambda number=number: f"id{number}")  # type: ignore[misc]
        state.finish_checkin(turn, StoredAnswer(b"answer", NOW), counter=number, orders=["snapshot"])

    state.finish_order("snapshot", 1)

    assert state.open_orders() == {"snapshot": 2}


def test_another_node_has_no_orders_of_the_former_one(state: State) -> None:
    turn = state.begin_checkin(lambda: "id1")
    state.finish_checkin(turn, StoredAnswer(b"answer", NOW), counter=1, orders=["snapshot", "probe"])

    state.begin_anew()

    assert state.open_orders() == {}


def test_registering_again_leaves_the_counter_alone(state: State) -> None:
    turn = state.begin_checkin(lambda: "id1")
    state.finish_checkin(turn, StoredAnswer(b"answer", NOW), counter=7)

    state.finish_registration(StoredAnswer(b"again", NOW))

    assert state.begin_checkin(lambda: "id2") == CheckinTurn("id2", 7)


def test_sequence_numbers_go_up_and_past_what_the_centre_knows(file: Path, state: State) -> None:
    taken = [state.take_sequence(), state.take_sequence(after=9), State(file).take_sequence(after=3)]

    assert taken == [1, 10, 11]


def test_no_sequence_number_is_taken_twice(file: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(lambda _: State(file).take_sequence(), range(48)))

    assert sorted(taken) == list(range(1, 49))


def test_each_year_has_its_own_acknowledgement(state: State) -> None:
    state.acknowledge(2026, Acknowledged("s1", "c1"), sequence=1, now=NOW)
    state.acknowledge(2026, Acknowledged("s2", "c2"), sequence=2, now=NOW)

    assert state.acknowledged(2026) == Acknowledged("s2", "c2")
    assert state.acknowledged(2027) is None


def test_a_late_receipt_for_an_older_snapshot_acknowledges_nothing(state: State) -> None:
    state.acknowledge(2026, Acknowledged("s2", "c2"), sequence=2, now=NOW)

    state.acknowledge(2026, Acknowledged("s1", "c1"), sequence=1, now=NOW)

    assert state.acknowledged(2026) == Acknowledged("s2", "c2")


def test_another_centre_has_acknowledged_nothing(state: State) -> None:
    state.acknowledge(2026, Acknowledged("s2", "c2"), sequence=2, now=NOW)

    state.trust_centre(TrustedCentre(b"k2", "https://b.example"), key_id="k2", now=NOW, is_another=True)

    assert state.acknowledged(2026) is None
    state.acknowledge(2026, Acknowledged("s1", "c1"), sequence=1, now=NOW)
    assert state.acknowledged(2026) == Acknowledged("s1", "c1")


def test_the_clock_offset_is_kept_in_whole_seconds(state: State) -> None:
    state.keep_clock_offset(timedelta(hours=-3, milliseconds=400))

    assert state.clock_offset() == timedelta(hours=-3)


def test_a_commit_is_synced_before_it_returns(file: Path, state: State) -> None:
    connection = state._file._connection  # noqa: SLF001 - the promise is this very setting

    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_file_is_private(file: Path) -> None:
    before = os.umask(0)
    try:
        State(file).close()
    finally:
        os.umask(before)

    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_of_a_newer_version_is_left_alone(file: Path, state: State) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 99")

    with pytest.raises(StorageNewer, match="newer version"):
        State(file)


def test_a_file_that_is_no_database_is_explained(file: Path) -> None:
    file.write_bytes(b"not a database, but long enough to be taken for one" * 100)

    with pytest.raises(StorageDamaged, match=str(file)):
        State(file)


def test_a_folder_that_is_not_there_is_explained(tmp_path: Path) -> None:
    with pytest.raises(StorageUnwritable, match="service user"):
        State(tmp_path / "absent" / "state.db")


def test_a_failed_change_changes_nothing(state: State) -> None:
    state.take_sequence()

    def fail() -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        state.begin_checkin(fail)

    assert state.begin_checkin(lambda: "id") == CheckinTurn("id", 0)
    assert state.take_sequence() == 2
