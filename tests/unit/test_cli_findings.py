"""Findings on the screen: what must be mended comes first, and identifiers do not show."""

from __future__ import annotations

from io import StringIO

from agent.cli.budget import show_findings
from agent.cli.console import Console
from contract.budget.findings import Finding, Level


def shown(*findings: Finding) -> list[str]:
    out = StringIO()
    show_findings(findings, Console("en", {}, lambda text: text, out, StringIO(), asks=False))
    return out.getvalue().splitlines()


def test_warnings_come_before_notes_and_look_otherwise() -> None:
    note = Finding("code_prefix_was_removed", Level.INFO, {"rows": "3"})
    warning = Finding("perda_is_stated")

    lines = shown(note, warning)

    assert [line[:2] for line in lines] == ["! ", "  ", "· ", "  "]
    assert "Perda" in lines[0]


def test_what_concerns_money_comes_before_names() -> None:
    names = Finding("names_agree", values={"kind": "skpd", "kode": "1.01", "count": "2"})
    money = Finding("sumber_dana_is_a_code", values={"text": "DAK/PAD", "rows": "1", "nilai": "Rp100.000"})

    lines = shown(names, names, money)

    assert lines[0].startswith("! Sumber dana DAK/PAD")


def test_more_of_the_same_is_said_in_words() -> None:
    more = Finding("more_of_the_same", Level.INFO, {"rule": "names_agree", "count": "7"})

    assert shown(more)[0] == "· There are 7 more findings of this kind: a code with several names."
