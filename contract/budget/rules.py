"""What a snapshot must satisfy by itself.

The agent runs these before it signs and the centre runs the same ones after it verifies. A rule that needs to
know anything besides the snapshot belongs to sikd/verification/rules.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from contract.budget.codes import has_shape
from contract.budget.findings import Finding
from contract.budget.rupiah import ZERO
from contract.budget.segment import Encoded
from contract.budget.totals import Totals, total
from contract.errors import MalformedCode, MalformedSnapshot
from contract.text import T, Text


@dataclass(frozen=True, slots=True)
class Stated:
    """What a manifest states, as far as rules need it."""

    totals: Totals
    has_perda: bool
    skpd: Sequence[tuple[str, int, Totals]]
    """(kode_skpd, number of lines, totals) of each segment of lines, in the manifest's order."""


def require_sound(stated: Stated) -> None:
    """Raise MalformedSnapshot where the statements contradict one another (form and balance)."""
    for rule in (skpd_are_in_order, lines_are_present, totals_equal_their_parts, posture_is_an_amount):
        rule(stated)


def skpd_are_in_order(stated: Stated) -> None:
    """Every SKPD has a code, occurs once, and stands in code order."""
    codes = [kode for kode, _, _ in stated.skpd]
    if not all(has_shape("kode_skpd", kode) for kode in codes):
        raise _unsound(T("A segment is of no valid kode SKPD."))
    if any(later <= earlier for earlier, later in pairwise(codes)):
        raise _unsound(T("The segments are not in the order of their kode SKPD, or one occurs twice."))


def lines_are_present(stated: Stated) -> None:
    """A snapshot has at least one line, and no SKPD is without lines."""
    if not stated.skpd or any(lines < 1 for _, lines, _ in stated.skpd):
        raise _unsound(T("The snapshot, or one SKPD of it, has no lines."))


def totals_equal_their_parts(stated: Stated) -> None:
    """The control totals, summed by the database, equal the sum of the lines: nothing was lost on the way."""
    summed = total(part for _, _, part in stated.skpd)
    if summed != stated.totals:
        raise _unsound(
            T(
                "The control totals ({stated}) are not the sum of the lines ({summed}).",
                stated=_four(stated.totals),
                summed=_four(summed),
            )
        )


def posture_is_an_amount(stated: Stated) -> None:
    """What the totals leave is an amount too: every page and rule after this one reckons with it."""
    try:
        _ = stated.totals.silpa
    except MalformedCode as error:
        raise _unsound(T("The control totals leave more than any budget can.")) from error


def require_as_stated(kode_skpd: str, found: Encoded, lines: int, totals: Totals) -> None:
    """Raise MalformedSnapshot where a segment's lines are not what its manifest entry says of them."""
    if (found.lines, found.totals) != (lines, totals):
        raise _unsound(
            T("The lines of SKPD {kode_skpd} are not what the manifest states.", kode_skpd=kode_skpd)
        )


def budget_balances(stated: Stated) -> Iterator[Finding]:
    """An APBD Murni leaves no SILPA; 19 of 546 real ones did in 2023, so this warns and does not refuse."""
    if stated.totals.silpa != ZERO:
        yield Finding("budget_balances", values={"silpa": str(stated.totals.silpa)})


def perda_is_stated(stated: Stated) -> Iterator[Finding]:
    """The Perda that enacted the budget is named."""
    if not stated.has_perda:
        yield Finding("perda_is_stated")


WARNINGS: tuple[Callable[[Stated], Iterator[Finding]], ...] = (budget_balances, perda_is_stated)


def warnings(stated: Stated) -> tuple[Finding, ...]:
    """Everything worth a second look that does not stop a snapshot."""
    return tuple(finding for rule in WARNINGS for finding in rule(stated))


def _four(totals: Totals) -> str:
    return " / ".join(
        str(amount)
        for amount in (
            totals.pendapatan,
            totals.belanja,
            totals.penerimaan_pembiayaan,
            totals.pengeluaran_pembiayaan,
        )
    )


def _unsound(problem: Text) -> MalformedSnapshot:
    return MalformedSnapshot(
        problem, remedy=T("Take the snapshot again; if that fails, report this to the helpdesk.")
    )
