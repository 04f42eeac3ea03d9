"""What has arrived of a broken frame waits for the rest, within limits, and stands for no other frame."""

from __future__ import annotations

import pytest

from contract.errors import SnapshotNotOpen
from sikd.intake import heads
from sikd.intake.heads import Head, Heads
from sikd.intake.receive import FrameReader
from tests.unit.test_sikd_intake_parts import part

ONE, OTHER = ("11.10", "1" * 64), ("11.10", "2" * 64)
FIRST, SECOND = part(0, 10), part(1, 10)


def broken(of: Heads, snapshot: tuple[str, str], data: bytes) -> FrameReader:
    reader = of.begin(snapshot, (FIRST, SECOND), 0)
    assert len(list(reader.feed(data))) == len(data) // 10
    of.broke_off()
    return reader


def test_of_a_frame_that_broke_off_is_known_how_much_is_here() -> None:
    of = Heads()
    broken(of, ONE, b"0123456789abc")

    assert of.of(ONE) == Head(1, 3)
    assert of.of(OTHER) is None


def test_the_rest_makes_the_frame_whole() -> None:
    of = Heads()
    broken(of, ONE, b"0123456")

    reader = of.begin(ONE, (FIRST, SECOND), 5)

    assert list(reader.feed(b"56789ab")) == [(FIRST, b"0123456789")]
    assert of.of(ONE) == Head(1, 2)


def test_both_uploads_go_on_where_nobody_knows_which_line_is_broken() -> None:
    of = Heads()
    before = broken(of, ONE, b"01234")
    after = of.begin(ONE, (FIRST, SECOND), 5)

    assert list(before.feed(b"56789")) == list(after.feed(b"56789")) == [(FIRST, b"0123456789")]


@pytest.mark.parametrize("snapshot", [ONE, OTHER])
def test_no_more_can_be_left_out_than_is_here(snapshot: tuple[str, str]) -> None:
    of = Heads()
    broken(of, ONE, b"012")

    with pytest.raises(SnapshotNotOpen):
        of.begin(snapshot, (FIRST, SECOND), 4)


def test_a_head_stands_for_its_own_frame_alone() -> None:
    of = Heads()
    broken(of, ONE, b"012")

    with pytest.raises(SnapshotNotOpen):
        of.begin(ONE, (SECOND,), 3)
    with pytest.raises(SnapshotNotOpen):
        of.begin(ONE, (), 3)
    assert Head(0, 3).of((SECOND,)) == Head(0, 3).of(()) == 0


def test_an_upload_that_has_ended_leaves_nothing_and_takes_nothing_of_another() -> None:
    of = Heads()
    before, after = broken(of, ONE, b"01"), broken(of, ONE, b"012")

    of.forget(ONE, before)
    assert of.of(ONE) == Head(0, 3)
    of.forget(ONE, after)
    assert of.of(ONE) is None


def test_where_there_is_no_more_room_the_oldest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads, "MOST_BYTES", 8)
    of = Heads()
    broken(of, ONE, b"01234")
    broken(of, OTHER, b"0123")

    assert (of.of(ONE), of.of(OTHER)) == (None, Head(0, 4))
