"""A budget on the screen: its four totals, its size, and what was noticed about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agent.cli.console import Console
from contract.budget.findings import Finding, Level, problem_of, remedy_of
from contract.budget.rupiah import Rupiah
from contract.budget.totals import Totals
from contract.text import T, Text

_WARNING, _NOTE = T("! {problem}"), T("· {problem}")


def show_budget(totals: Totals, lines: Sequence[int], findings: Sequence[Finding], console: Console) -> None:
    """Print totals, number of SKPD and lines (given for each SKPD), and every finding with its remedy."""
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
    """Print each finding with its remedy: first the warnings (!), then what is only worth knowing (·)."""
    # Names move no money and come in hundreds; what does must not be lost among them.
    for finding in sorted(
        findings, key=lambda one: (one.level is not Level.WARNING, one.rule == "names_agree")
    ):
        line = _WARNING if finding.level is Level.WARNING else _NOTE
        console.say(Text(line.msgid, {"problem": problem_of(finding)}))
        console.say(T("  → {remedy}", remedy=remedy_of(finding)))


def rupiah(amount: Rupiah) -> str:
    """An amount as Indonesians write it."""
    return str(amount)
