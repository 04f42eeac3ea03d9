"""A body of frames is cut where the manifest says, and fits a list that the centre gave out."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from contract.budget.totals import Totals
from contract.wire.manifest import SegmentKind
from sikd.intake import Part, Stated
from sikd.intake.parts import announced, lacking
from sikd.intake.receive import FrameReader

STATED = Stated(SegmentKind.LINES, "1.01.2.22.0.00.01.0000", 1, Totals(), 1)


def part(position: int, frame_bytes: int) -> Part:
    return Part(position, f"{position:064x}", STATED, frame_bytes, "", None, None)


sizes = st.lists(st.integers(1, 40), min_size=1, max_size=8)


@given(sizes, st.data())
def test_frames_come_out_as_they_went_in_however_they_are_cut(
    frame_sizes: list[int], data: st.DataObject
) -> None:
    parts = [part(position, size) for position, size in enumerate(frame_sizes)]
    frames = [bytes([position]) * size for position, size in enumerate(frame_sizes)]
    body = b"".join(frames)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=6)))
    reader = FrameReader(parts)

    chunks = [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    read = [pair for chunk in chunks for pair in reader.feed(chunk)]

    assert read == list(zip(parts, frames, strict=True))


@given(sizes, st.data())
def test_every_list_that_was_given_out_is_known_by_its_length(
    frame_sizes: list[int], data: st.DataObject
) -> None:
    parts = [part(position, size) for position, size in enumerate(frame_sizes)]
    arrivals = data.draw(st.permutations(range(len(parts))))
    given_out = [tuple(parts)]
    for arrival, position in enumerate(arrivals[: data.draw(st.integers(0, len(parts)))], start=1):
        parts[position] = replace(parts[position], arrival=arrival)
        given_out.append(lacking(parts))

    for earlier in given_out:
        found = announced(parts, sum(each.frame_bytes for each in earlier))
        assert found is not None
        assert [each.position for each in found] == [each.position for each in earlier]


@given(sizes)
def test_a_length_that_fits_no_list_is_not_guessed_at(frame_sizes: list[int]) -> None:
    parts = [part(position, size) for position, size in enumerate(frame_sizes)]

    assert announced(parts, sum(frame_sizes) + 1) is None
    assert announced(parts, sum(frame_sizes) - 1) is None


def test_what_was_known_before_the_snapshot_is_never_announced() -> None:
    parts = [replace(part(0, 10), arrival=0), part(1, 5)]

    assert announced(parts, 15) is None
    assert announced(parts, 5) == (parts[1],)
