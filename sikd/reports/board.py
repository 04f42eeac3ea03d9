"""The board of a budget year: every Pemda, how far it has come, and how many stand where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from contract.text import T, Text
from contract.wire.states import SnapshotState
from sikd import reference
from sikd.intake import Standing
from sikd.reference import Pemda


class Progress(StrEnum):
    """How far a Pemda has come, in the steps that DJPK counts."""

    AUTHORISED = "diotorisasi"
    VERIFIED = "diverifikasi"
    RECEIVED = "diterima"
    UNDER_WAY = "proses"
    NONE = "belum"


WORDS: Mapping[Progress, Text] = {
    Progress.AUTHORISED: T("authorised"),
    Progress.VERIFIED: T("verified"),
    Progress.RECEIVED: T("received"),
    Progress.UNDER_WAY: T("under way"),
    Progress.NONE: T("nothing yet"),
}
_PROGRESS = {
    SnapshotState.AUTHORISED: Progress.AUTHORISED,
    SnapshotState.VERIFIED: Progress.VERIFIED,
    SnapshotState.RECEIVED: Progress.RECEIVED,
    SnapshotState.COMMITTED: Progress.UNDER_WAY,
    SnapshotState.RECEIVING: Progress.UNDER_WAY,
    SnapshotState.COMPLETE: Progress.UNDER_WAY,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One Pemda on the board."""

    pemda: Pemda
    standing: Standing | None

    @property
    def progress(self) -> Progress:
        """How far it has come; what was refused or lapsed counts as nothing yet."""
        return _PROGRESS.get(self.standing.state, Progress.NONE) if self.standing else Progress.NONE


@dataclass(frozen=True, slots=True)
class Board:
    """All Pemda: those that delivered, newest first, then the others in the order of their codes."""

    rows: tuple[Row, ...]

    @property
    def counts(self) -> dict[Progress, int]:
        """How many Pemda stand where."""
        counted = Counter(row.progress for row in self.rows)
        return {each: counted[each] for each in Progress}

    def chosen(self, progress: Progress | None, text: str) -> Sequence[Row]:
        """The rows of one progress, of the Pemda with this code or these words in its name."""
        named = {one.kode_pemda for one in reference.find_pemda(text)} if text.strip() else None
        return [
            row
            for row in self.rows
            if progress in (None, row.progress) and (named is None or row.pemda.kode_pemda in named)
        ]


def board(standings: Mapping[str, Standing]) -> Board:
    """The board of a budget year from what was delivered in it."""
    rows = [Row(one, standings.get(one.kode_pemda)) for one in reference.pemda()]
    return Board(tuple(sorted(rows, key=_newest_first)))


def _newest_first(row: Row) -> float:
    return -row.standing.received_at.timestamp() if row.standing else 0.0
