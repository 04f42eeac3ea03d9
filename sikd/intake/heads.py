"""Heads of frames whose line broke: what had arrived of them waits for the rest, and is not sent twice.

They lie in memory alone. Nothing is promised of them: a centre that was started anew knows none, and a whole
frame is judged by its signed hash, whichever pieces it came in. A Pemda has one at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from contract.errors import FrameMismatch
from sikd.intake.parts import Part
from sikd.intake.receive import FrameReader, not_these

MOST_BYTES = 256 * 1024 * 1024
"""Of all heads together, beside what is under way; the largest goes first, so that nobody pushes out many."""
Key = tuple[str, str]
"""kode Pemda and snapshot id."""


@dataclass(frozen=True, slots=True)
class Head:
    """How many bytes of which part are here."""

    position: int
    bytes: int

    def saves(self, lacking: Sequence[Part]) -> int:
        """What need not be sent again of the first of these parts."""
        return self.bytes if lacking and lacking[0].position == self.position else 0


@dataclass(slots=True)
class _Upload:
    snapshot_id: str
    reader: FrameReader
    has_ended: bool = False


class Heads:
    """The last upload of each Pemda, under way or broken off; used by one event loop alone."""

    def __init__(self) -> None:
        self._last: dict[str, _Upload] = {}

    @contextmanager
    def upload(self, snapshot: Key, announced: Sequence[Part], start: int) -> Iterator[FrameReader]:
        """The reader of an upload that leaves out `start` bytes; raises SnapshotNotOpen if they are not here.

        The upload before may still be under way, on a line that nobody knows to be broken: both go on. What a
        block leaves unfinished stays as a head, unless its pieces do not make the signed frame.
        """
        kode_pemda, snapshot_id = snapshot
        upload = _Upload(snapshot_id, FrameReader(announced, self._head(snapshot, announced, start)))
        self._last[kode_pemda] = upload
        broke_off = True
        try:
            yield upload.reader
            broke_off = False
        except FrameMismatch:
            broke_off = False
            raise
        finally:
            upload.has_ended = True
            upload.reader.expect_no_more()
            if self._last.get(kode_pemda) is upload and not (broke_off and upload.reader.held):
                del self._last[kode_pemda]
            self._make_room()

    def head_of(self, snapshot: Key) -> Head | None:
        """What is here of a frame that is not whole; None where nothing is."""
        upload = self._last.get(snapshot[0])
        if upload is None or upload.snapshot_id != snapshot[1]:
            return None
        part = upload.reader.awaited
        return Head(part.position, upload.reader.held) if part and upload.reader.held else None

    def _head(self, snapshot: Key, announced: Sequence[Part], start: int) -> bytearray:
        if not start:
            return bytearray()
        head = self.head_of(snapshot)
        if head is None or head.saves(announced) < start:
            raise not_these(snapshot[1])
        return self._last[snapshot[0]].reader.head(start)

    def _make_room(self) -> None:
        ended = {whose: upload.reader.held for whose, upload in self._last.items() if upload.has_ended}
        while sum(ended.values()) > MOST_BYTES:
            largest = max(ended, key=ended.__getitem__)
            del self._last[largest], ended[largest]
