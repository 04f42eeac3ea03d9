"""The outbox keeps its promise: what is queued arrives, or a later snapshot of the same year does."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.errors import SnapshotDamaged, StorageDamaged, StorageUnwritable
from agent.storage.outbox import Delivery, Outbox
from contract.wire.receipt import ReceiptType
from tests.fakes.drafts import Draft, draft

NOW = datetime(2026, 1, 20, 3, 0, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


@pytest.fixture
def outbox(file: Path) -> Iterator[Outbox]:
    outbox = Outbox(file)
    yield outbox
    outbox.close()


def queue(outbox: Outbox, one: Draft) -> Draft:
    outbox.queue(one.manifest, one.signed, one.frames.__getitem__, now=NOW)
    return one


def kept_frames(file: Path) -> set[str]:
    with sqlite3.connect(file) as connection:
        return {name for (name,) in connection.execute("SELECT frame_sha256 FROM frames")}


def states(outbox: Outbox) -> dict[str, Delivery]:
    return {one.snapshot_id: one.state for one in outbox.history()}


def test_an_empty_outbox_has_nothing_to_push(outbox: Outbox) -> None:
    assert outbox.next() is None
    assert outbox.newest(2026) is None
    assert outbox.last_sequence() == 0


def test_what_is_queued_is_whole_after_a_restart(file: Path, outbox: Outbox) -> None:
    one = queue(outbox, draft(1, 100, 200))

    again = Outbox(file)

    found = again.next()
    assert found is not None
    assert (found.snapshot_id, found.state) == (one.snapshot_id, Delivery.QUEUED)
    assert again.envelope(one.snapshot_id) == one.signed
    frames = [one.frames[entry.frame_sha256] for entry in one.manifest.segments]
    assert list(again.frames(one.snapshot_id, one.plain)) == frames


def test_a_queueing_that_fails_half_way_leaves_nothing(outbox: Outbox, file: Path) -> None:
    first, second = queue(outbox, draft(1, 100)), draft(2, 100, 200)
    known = dict(first.frames)

    with pytest.raises(KeyError):
        outbox.queue(second.manifest, second.signed, known.__getitem__, now=NOW)

    assert states(outbox) == {first.snapshot_id: Delivery.QUEUED}
    assert kept_frames(file) == set(first.frames)


def test_a_later_snapshot_replaces_one_that_only_waits(outbox: Outbox, file: Path) -> None:
    first, second = queue(outbox, draft(1, 100)), queue(outbox, draft(2, 999))

    assert [one.snapshot_id for one in outbox.unfinished()] == [second.snapshot_id]
    assert states(outbox)[first.snapshot_id] is Delivery.REPLACED
    assert kept_frames(file) == set(second.frames)


def test_snapshots_of_different_years_wait_side_by_side(outbox: Outbox) -> None:
    queue(outbox, draft(1, 100, tahun=2026))
    queue(outbox, draft(2, 100, tahun=2027))

    assert [one.tahun for one in outbox.unfinished()] == [2026, 2027]


def test_a_committed_snapshot_is_finished_before_a_later_one(outbox: Outbox) -> None:
    first = queue(outbox, draft(1, 100))
    outbox.committed(first.snapshot_id, b"receipt")

    second = queue(outbox, draft(2, 999))

    assert [one.snapshot_id for one in outbox.unfinished()] == [first.snapshot_id, second.snapshot_id]
    newest = outbox.newest(2026)
    assert newest is not None
    assert newest.snapshot_id == second.snapshot_id


def test_an_offered_snapshot_may_be_committed_and_is_not_replaced(outbox: Outbox) -> None:
    first = queue(outbox, draft(1, 100))
    assert outbox.offered(first.snapshot_id)

    queue(outbox, draft(2, 999))

    assert outbox.waiting() == 2


def test_a_replaced_snapshot_is_not_offered_any_more(outbox: Outbox) -> None:
    first = queue(outbox, draft(1, 100))
    queue(outbox, draft(2, 999))

    assert not outbox.offered(first.snapshot_id)


def test_a_withdrawn_snapshot_waits_again(outbox: Outbox) -> None:
    one = queue(outbox, draft(1, 100))
    outbox.offered(one.snapshot_id)

    outbox.withdrawn(one.snapshot_id)

    assert states(outbox) == {one.snapshot_id: Delivery.QUEUED}


def test_a_withdrawn_snapshot_gives_way_to_a_later_one(outbox: Outbox) -> None:
    first = queue(outbox, draft(1, 100))
    outbox.offered(first.snapshot_id)
    second = queue(outbox, draft(2, 999))

    outbox.withdrawn(first.snapshot_id)

    assert [one.snapshot_id for one in outbox.unfinished()] == [second.snapshot_id]


def test_a_final_receipt_lets_the_frames_go_and_stays_itself(outbox: Outbox, file: Path) -> None:
    one = queue(outbox, draft(1, 100))
    outbox.committed(one.snapshot_id, b"commit")

    outbox.done(one.snapshot_id, b"final")

    assert (outbox.waiting(), kept_frames(file)) == (0, set())
    receipts = {each.type: each.envelope for each in outbox.receipts()}
    assert receipts == {ReceiptType.COMMIT: b"commit", ReceiptType.FINAL: b"final"}
    assert outbox.envelope(one.snapshot_id) == one.signed


def test_frames_that_another_snapshot_needs_stay(outbox: Outbox, file: Path) -> None:
    first = queue(outbox, draft(1, 100, 200))
    outbox.committed(first.snapshot_id, b"commit")
    second = queue(outbox, draft(2, 100, 999))

    outbox.done(first.snapshot_id, b"final")

    assert kept_frames(file) == set(second.frames)


def test_the_first_receipt_of_a_kind_stays(outbox: Outbox) -> None:
    one = queue(outbox, draft(1, 100))

    outbox.committed(one.snapshot_id, b"first")
    outbox.committed(one.snapshot_id, b"second")

    assert [each.envelope for each in outbox.receipts()] == [b"first"]


def test_a_finished_snapshot_never_comes_back(outbox: Outbox) -> None:
    # Two programs may push at once; the slower one must not open again what the quicker one has closed.
    one = queue(outbox, draft(1, 100))
    outbox.refused(one.snapshot_id, b"refused")

    outbox.committed(one.snapshot_id, b"commit")
    outbox.withdrawn(one.snapshot_id)
    outbox.set_aside(one.snapshot_id)

    assert states(outbox) == {one.snapshot_id: Delivery.REFUSED}


def test_signing_again_keeps_the_content_under_a_new_number(outbox: Outbox) -> None:
    old, new = queue(outbox, draft(1, 100)), draft(5, 100)

    waiting = outbox.signed_again(old.snapshot_id, new.manifest, new.signed, now=NOW)

    assert waiting is not None
    assert (waiting.snapshot_id, waiting.sequence) == (new.snapshot_id, 5)
    assert len(list(outbox.frames(new.snapshot_id, new.plain))) == 2


def test_signing_again_gives_way_to_a_later_snapshot(outbox: Outbox) -> None:
    old = queue(outbox, draft(1, 100))
    outbox.offered(old.snapshot_id)
    later, again = queue(outbox, draft(2, 999)), draft(5, 100)

    assert outbox.signed_again(old.snapshot_id, again.manifest, again.signed, now=NOW) is None

    assert [one.snapshot_id for one in outbox.unfinished()] == [later.snapshot_id]


def spoil(file: Path, statement: str) -> None:
    with sqlite3.connect(file) as connection:
        assert connection.execute(statement).rowcount == 1


def test_a_damaged_frame_is_noticed(outbox: Outbox, file: Path) -> None:
    one = queue(outbox, draft(1, 100))
    spoil(file, "UPDATE frames SET frame = substr(frame, 2) WHERE rowid = (SELECT max(rowid) FROM frames)")

    with pytest.raises(SnapshotDamaged, match="reads the budget anew"):
        list(outbox.frames(one.snapshot_id, one.plain))


@pytest.mark.parametrize(
    "damage",
    [
        "envelope = substr(envelope, 2)",
        "envelope = CAST(replace(envelope, 'A', 'B') AS BLOB)",
        "envelope = x''",
        "envelope = 'text'",
    ],
)
def test_a_damaged_envelope_is_noticed(outbox: Outbox, file: Path, damage: str) -> None:
    one = queue(outbox, draft(1, 100))
    spoil(file, f"UPDATE snapshots SET {damage}")  # noqa: S608

    with pytest.raises(SnapshotDamaged, match=one.snapshot_id[:12]):
        outbox.envelope(one.snapshot_id)


def test_a_full_disk_queues_nothing_and_says_so(outbox: Outbox) -> None:
    first = queue(outbox, draft(1, 100))
    connection = outbox._file._connection  # noqa: SLF001 - a disk that is full
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(StorageUnwritable, match=r"no space.*Free some"):
        queue(outbox, draft(2, *range(1, 60)))

    assert states(outbox) == {first.snapshot_id: Delivery.QUEUED}
    connection.execute("PRAGMA max_page_count = 100000")
    queue(outbox, draft(3, *range(1, 60)))


def test_what_was_damaged_makes_room_for_the_same_content(outbox: Outbox) -> None:
    first = queue(outbox, draft(1, 100))
    outbox.committed(first.snapshot_id, b"commit")

    outbox.set_aside(first.snapshot_id)
    second = queue(outbox, draft(2, 100))

    assert [one.snapshot_id for one in outbox.unfinished()] == [second.snapshot_id]
    assert len(list(outbox.frames(second.snapshot_id, second.plain))) == 2


def test_queueing_heals_a_damaged_frame(outbox: Outbox, file: Path) -> None:
    first = queue(outbox, draft(1, 100, 200))
    outbox.committed(first.snapshot_id, b"commit")
    spoil(file, "UPDATE frames SET frame = x'00' WHERE rowid = (SELECT min(rowid) FROM frames)")

    queue(outbox, draft(2, 100, 200, 300))

    assert len(list(outbox.frames(first.snapshot_id, first.plain[1:]))) == 2


def test_damaged_pages_are_found_by_a_check(outbox: Outbox, file: Path) -> None:
    queue(outbox, draft(1, *range(1, 60)))
    outbox.check()
    outbox.close()
    data = bytearray(file.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    file.write_bytes(data)

    with pytest.raises(StorageDamaged, match="puts this file aside"):
        Outbox(file).check()


def test_a_commit_is_synced_before_it_returns(outbox: Outbox) -> None:
    connection = outbox._file._connection  # noqa: SLF001 - the promise is this very setting

    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_file_shrinks_when_frames_go(outbox: Outbox, file: Path) -> None:
    pages = "PRAGMA page_count"
    one = queue(outbox, draft(1, *range(1, 100)))
    with sqlite3.connect(file) as connection:
        before = connection.execute(pages).fetchone()

    outbox.done(one.snapshot_id, b"final")

    with sqlite3.connect(file) as connection:
        assert connection.execute(pages).fetchone() < before
