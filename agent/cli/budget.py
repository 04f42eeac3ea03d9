"""A budget on the screen: its four totals, its size, and what was noticed about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agent.cli.console import Console
from contract.budget.findings import Finding, Level, problem_of, remedy_of
from contract.budget.kinds import EXAMPLES, Kind, by_kind, heading_of, thousands
from contract.budget.rupiah import Rupiah
from contract.budget.totals import Totals
from contract.text import T, Text

_WARNING, _NOTE = T("! {problem}"), T("· {problem}")


def show_budget(totals: Totals, lines: Sequence[int], findings: Sequence[Finding], console: Console) -> None:
    """Print totals, number of SKPD and lines (given for each SKPD), and what was noticed, by kind."""
    console.facts(
        [
            (T("Pendapatan"), rupiah(totals.pendapatan)),
            (T("Belanja"), rupiah(totals.belanja)),
            (T("Penerimaan pembiayaan"), rupiah(totals.penerimaan_pembiayaan)),
            (T("Pengeluaran pembiayaan"), rupiah(totals.pengeluaran_pembiayaan)),
            (T("SKPD"), str(len(lines))),
            (T("Lines"), str(sum(lines))),
        ]
    )
    show_findings(findings, console)


def show_findings(findings: Iterable[Finding], console: Console) -> None:
    """Print each kind once, a warning with ! and a note with ·: its count, a few examples, its remedy."""
    for kind in by_kind(findings):
        line = _WARNING if kind.level is Level.WARNING else _NOTE
        console.say(Text(line.msgid, {"problem": heading_of(kind)}))
        for finding in kind.examples:
            console.say(Text("    {problem}", {"problem": problem_of(finding)}))
        if kind.count > EXAMPLES:
            console.say(_rest(kind))
        console.say(T("  → {remedy}", remedy=remedy_of(kind.findings[0])))


def _rest(kind: Kind) -> Text:
    """How many are not shown, and where they are; of many thousands a reading lists the first ones alone."""
    count = thousands(kind.count - len(kind.examples))
    if not kind.unlisted:
        return T("    … and {count} more: `sudo sinergi source preview --json` lists them all.", count=count)
    return T(
        "    … and {count} more: `sudo sinergi source preview --json` lists the first {listed}, "
        "the rest is only counted.",
        count=count,
        listed=len(kind.findings),
    )


def rupiah(amount: Rupiah) -> str:
    """An amount as Indonesians write it."""
    return str(amount)
