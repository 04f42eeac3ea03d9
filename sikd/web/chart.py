"""The posture of an APBD as two bars: where the money comes from, and what it is for.

Where both are of one length the budget leaves nothing over; a gap at the end of one is the SILPA.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from contract.budget.codes import Section
from contract.budget.rupiah import Rupiah
from contract.budget.totals import Totals
from contract.text import T, Text

WIDTH = 1000
"""The bars' full length; the drawing is stretched to the width of the page."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a bar, in units of the drawing."""

    section: Section
    amount: Rupiah
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of two pieces, with its sum."""

    total: Rupiah
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class PostureChart:
    """The two bars of a posture."""

    sources: Bar
    uses: Bar
    width: int = WIDTH


def posture_chart(totals: Totals) -> PostureChart:
    """The two bars, scaled so that the longer one has the full WIDTH."""
    sources = (Section.PENDAPATAN, Section.PENERIMAAN_PEMBIAYAAN)
    uses = (Section.BELANJA, Section.PENGELUARAN_PEMBIAYAAN)
    longest = max(_sum(totals, sources), _sum(totals, uses), 1)
    return PostureChart(_bar(totals, sources, longest), _bar(totals, uses, longest))


def short_amount(amount: Rupiah) -> Text:
    """An amount in few characters, for example `Rp1,28 triliun`; the table beside it has the whole of it."""
    rupiah = abs(amount.sen) // 100
    sign = "-" if amount.sen < 0 else ""
    for unit, words in ((10**12, _TRILLION), (10**9, _BILLION), (10**6, _MILLION)):
        if rupiah >= unit:
            return Text(words.msgid, {"amount": f"{sign}Rp{_two_decimals(rupiah, unit)}"})
    return T("{amount}", amount=str(amount))


_TRILLION, _BILLION, _MILLION = T("{amount} trillion"), T("{amount} billion"), T("{amount} million")


def _two_decimals(rupiah: int, unit: int) -> str:
    hundredths = (rupiah * 100 + unit // 2) // unit
    whole, rest = divmod(hundredths, 100)
    return f"{whole:,}".replace(",", ".") + (f",{rest:02d}" if rest else "")


def _sum(totals: Totals, sections: Iterable[Section]) -> int:
    return sum(totals.of(section).sen for section in sections)


def _bar(totals: Totals, sections: tuple[Section, ...], longest: int) -> Bar:
    pieces, x = [], 0.0
    for section in sections:
        amount = totals.of(section)
        width = round(WIDTH * amount.sen / longest, 1)
        pieces.append(Piece(section, amount, round(x, 1), width))
        x += width
    return Bar(Rupiah(_sum(totals, sections)), tuple(pieces))
