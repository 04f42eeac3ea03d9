"""Heads of frames whose line broke: what had arrived of them waits for the rest, and is not sent twice.

They lie in memory alone. Nothing is promised of them: a centre that was started anew knows none, and a whole
frame is judged by its signed hash, whichever pieces it came in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sikd.intake.parts import Part
from sikd.intake.receive import FrameReader, not_these

MOST_BYTES = 256 * 1024 * 1024
"""Of all heads together; those that were begun first go first."""
Key = tuple[str, str]
"""kode Pemda and snapshot id."""


@dataclass(frozen=True, slots=True)
class Head:
    """How many bytes of which part are here."""

    position: int
    bytes: int

    def of(self, lacking: Sequence[Part]) -> int:
        """What need not be sent again of the first of these parts."""
        return self.bytes if lacking and lacking[0].position == self.position else 0


class Heads:
    """The last upload of each snapshot, under way or broken off; used by one event loop alone."""

    def __init__(self) -> None:
        self._readers: dict[Key, FrameReader] = {}

    def begin(self, snapshot: Key, announced: Sequence[Part], start: int) -> FrameReader:
        """A reader for an upload that leaves out `start` bytes; raises SnapshotNotOpen if they are not here.

        The upload before may still be under way, on a line that nobody knows to be broken: both go on.
        """
        head = b""
        if start:
            before = self._readers.get(snapshot)
            head = before.head(start) if before else b""
            if not announced or before is None or before.next != announced[0] or len(head) < start:
                raise not_these(snapshot[1])
        self._readers.pop(snapshot, None)
        self._readers[snapshot] = reader = FrameReader(announced, head)
        return reader

    def of(self, snapshot: Key) -> Head | None:
        """What is here of a frame that is not whole; None where nothing is."""
        reader = self._readers.get(snapshot)
        part = reader.next if reader else None
        return Head(part.position, reader.held) if reader and part and reader.held else None

    def forget(self, snapshot: Key, reader: FrameReader) -> None:
        """The upload has come to its end, or what it brought is not what was signed."""
        if self._readers.get(snapshot) is reader:
            del self._readers[snapshot]

    def broke_off(self) -> None:
        """Keep what an upload has left behind, as far as there is room."""
        while sum(reader.held for reader in self._readers.values()) > MOST_BYTES:
            del self._readers[next(iter(self._readers))]
