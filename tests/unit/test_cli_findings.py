"""Findings on the screen: each kind once, what must be mended first, and identifiers do not show."""

from __future__ import annotations

from io import StringIO

from agent.cli.budget import show_findings
from agent.cli.console import Console
from contract.budget.findings import Finding, Level

MONEY = Finding("sumber_dana_is_a_code", values={"text": "DAK/PAD", "rows": "1", "nilai": "Rp100.000"})


def shown(*findings: Finding) -> list[str]:
    out = StringIO()
    show_findings(findings, Console("en", {}, lambda text: text, out, StringIO(), asks=False))
    return out.getvalue().splitlines()


def named(number: int) -> Finding:
    values = {"kind": "skpd", "kode": f"1.{number:02}", "count": "2", "nama": "DINAS X", "nama_2": "Dinas X"}
    return Finding("names_agree", values=values)


def test_warnings_come_before_notes_and_look_otherwise() -> None:
    note = Finding("code_was_normalised", Level.INFO, {"rows": "3", "example": "'5.1.' → 5.1"})
    warning = Finding("perda_is_stated")

    lines = shown(note, warning)

    assert [line[:2] for line in lines] == ["! ", "  ", "· ", "  "]
    assert "Perda" in lines[0]


def test_what_concerns_money_comes_before_names() -> None:
    lines = shown(named(1), named(2), MONEY)

    assert lines[0].startswith("! Sumber dana DAK/PAD")


def test_a_kind_is_shown_once_with_its_count_its_first_examples_and_its_remedy() -> None:
    lines = shown(*map(named, range(17)), MONEY)

    assert lines[2:] == [
        "! Codes with several names: 17 findings",
        '    SKPD 1.00 has 2 different names: "DINAS X", "Dinas X".',
        '    SKPD 1.01 has 2 different names: "DINAS X", "Dinas X".',
        '    SKPD 1.02 has 2 different names: "DINAS X", "Dinas X".',
        "    … and 14 more: `sudo sinergi source preview --json` lists them all.",
        "  → Make the name the same everywhere in the finance application.",
    ]


def test_it_is_not_promised_to_list_what_was_only_counted() -> None:
    more = Finding("more_of_the_same", Level.INFO, {"rule": "names_agree", "count": "280"})

    lines = shown(*map(named, range(20)), more)

    assert lines[0] == "! Codes with several names: 300 findings"
    assert lines[4] == (
        "    … and 297 more: `sudo sinergi source preview --json` lists the first 20,"
        " the rest is only counted."
    )
    assert len(lines) == 6


def test_few_of_a_kind_are_all_shown() -> None:
    lines = shown(named(1), named(2))

    assert [line[:4] for line in lines] == ["! Co", "    ", "    ", "  → "]


def test_more_of_the_same_is_said_in_words() -> None:
    more = Finding("more_of_the_same", Level.INFO, {"rule": "names_agree", "count": "7"})

    assert shown(more)[0] == "· Codes with several names: 7 more findings of this kind."
