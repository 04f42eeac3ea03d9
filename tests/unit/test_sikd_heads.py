"""What has arrived of a broken frame waits for the rest, within limits, and stands for no other frame."""

from __future__ import annotations

import pytest

from contract.errors import FrameMismatch, SnapshotNotOpen
from contract.text import T
from sikd.intake import Part, heads
from sikd.intake.heads import Head, Heads, Key
from tests.unit.test_sikd_intake_parts import part

ONE, SECOND_OF_ONE, OTHER = ("11.10", "1" * 64), ("11.10", "2" * 64), ("11.17", "1" * 64)
FIRST, SECOND = part(0, 10), part(1, 10)
BOTH = (FIRST, SECOND)


class LineBroke(Exception):
    """What an upload ends with."""


def end(of: Heads, snapshot: Key, data: bytes, start: int, error: Exception) -> None:
    with of.upload(snapshot, BOTH, start) as reader:
        list(reader.feed(data))
        raise error


def break_off(of: Heads, snapshot: Key, data: bytes) -> None:
    with pytest.raises(LineBroke):
        end(of, snapshot, data, 0, LineBroke())


def test_of_a_frame_that_broke_off_is_known_how_much_is_here() -> None:
    of = Heads()
    break_off(of, ONE, b"0123456789abc")

    assert of.head_of(ONE) == Head(1, 3)
    assert of.head_of(SECOND_OF_ONE) is of.head_of(OTHER) is None


def test_the_rest_makes_the_frame_whole() -> None:
    of = Heads()
    break_off(of, ONE, b"0123456")

    with of.upload(ONE, BOTH, 5) as reader:
        assert list(reader.feed(b"56789ab")) == [(FIRST, b"0123456789")]
        assert of.head_of(ONE) == Head(1, 2)

    assert of.head_of(ONE) is None


def test_both_uploads_go_on_where_nobody_knows_which_line_is_broken() -> None:
    of = Heads()
    with of.upload(ONE, BOTH, 0) as before:
        list(before.feed(b"01234"))
        with of.upload(ONE, BOTH, 5) as after:
            assert list(before.feed(b"56789")) == list(after.feed(b"56789")) == [(FIRST, b"0123456789")]


@pytest.mark.parametrize("snapshot", [ONE, SECOND_OF_ONE, OTHER])
def test_no_more_can_be_left_out_than_is_here(snapshot: Key) -> None:
    of = Heads()
    break_off(of, ONE, b"012")

    with pytest.raises(SnapshotNotOpen), of.upload(snapshot, BOTH, 4):
        pass

    assert of.head_of(ONE) == Head(0, 3)


@pytest.mark.parametrize("announced", [(SECOND,), ()])
def test_a_head_stands_for_its_own_frame_alone(announced: tuple[Part, ...]) -> None:
    of = Heads()
    break_off(of, ONE, b"012")

    with pytest.raises(SnapshotNotOpen), of.upload(ONE, announced, 3):
        pass


def test_what_waits_behind_a_whole_frame_is_not_said_to_be_held() -> None:
    of = Heads()
    with of.upload(ONE, BOTH, 0) as reader:
        feeding = reader.feed(b"0123456789abcdefghi")
        next(feeding)
        assert of.head_of(ONE) == Head(1, 9)
    with of.upload(ONE, (FIRST,), 0) as reader:
        reader.feed(b"0123456789")  # not taken from it yet
        assert of.head_of(ONE) is None


def test_pieces_that_do_not_fit_are_thrown_away() -> None:
    of = Heads()
    break_off(of, ONE, b"012")

    with pytest.raises(FrameMismatch):
        end(of, ONE, b"wrong", 3, FrameMismatch(T("no"), remedy=T("none")))

    assert of.head_of(ONE) is None


def test_an_upload_that_brought_nothing_leaves_nothing() -> None:
    of = Heads()
    break_off(of, ONE, b"")

    assert not of._last  # noqa: SLF001 - what stays in memory


def test_where_there_is_no_room_the_largest_goes_and_never_what_is_under_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(heads, "MOST_BYTES", 8)
    of, under_way = Heads(), ("11.12", "3" * 64)
    with of.upload(under_way, BOTH, 0) as reader:
        list(reader.feed(b"012345678"))
        break_off(of, OTHER, b"012")
        for _ in range(3):
            break_off(of, ONE, b"012345")

        assert of.head_of(under_way) == Head(0, 9)
        assert (of.head_of(ONE), of.head_of(OTHER)) == (None, Head(0, 3))
