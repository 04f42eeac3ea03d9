"""Totals add up, rules find what does not, and findings travel as data."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.budget.codes import Section
from contract.budget.findings import RULES, Finding, Level, problem_of, remedy_of, title_of
from contract.budget.rules import Stated, require_as_stated, require_sound, warnings
from contract.budget.rupiah import MAX_SEN, Rupiah
from contract.budget.totals import Totals, total
from contract.errors import MalformedSnapshot
from contract.wire.manifest import stated_by
from tests.architecture.checkout import ROOMS, ROOT, modules
from tests.contract.samples import EDUCATION, ENCODED, FINANCE, HEALTH, manifest

money = st.integers(-(10**15), 10**15).map(Rupiah)
totals = st.builds(Totals, money, money, money, money)


@given(st.lists(totals, max_size=6))
def test_totals_add_up_section_by_section(parts: list[Totals]) -> None:
    summed = total(parts)

    for section in Section:
        assert summed.of(section).sen == sum(part.of(section).sen for part in parts)


@given(totals, totals)
def test_the_order_of_adding_does_not_matter(one: Totals, two: Totals) -> None:
    assert one + two == two + one
    assert one + Totals() == one


@given(totals)
def test_what_is_left_over_is_what_came_in_less_what_went_out(parts: Totals) -> None:
    came_in = parts.pendapatan + parts.penerimaan_pembiayaan
    went_out = parts.belanja + parts.pengeluaran_pembiayaan

    assert parts.silpa == came_in - went_out
    assert parts.surplus_defisit + parts.pembiayaan_neto == parts.silpa


def test_a_section_without_lines_counts_as_zero() -> None:
    assert Totals.of_sen({Section.BELANJA: 150}) == Totals(belanja=Rupiah(150))


SOUND = stated_by(manifest())
ENDLESS = Totals(belanja=Rupiah(MAX_SEN - 1), pengeluaran_pembiayaan=Rupiah(MAX_SEN - 1))
"""Each total is an amount; what they leave is none."""


def stated(**changed: object) -> Stated:
    fields = {"totals": SOUND.totals, "has_perda": SOUND.has_perda, "skpd": SOUND.skpd} | changed
    return Stated(**fields)  # type: ignore[arg-type]


def test_a_balanced_budget_with_its_perda_has_nothing_to_say() -> None:
    require_sound(SOUND)

    assert warnings(SOUND) == ()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"skpd": list(reversed(SOUND.skpd))}, "order"),
        ({"skpd": [SOUND.skpd[0], *SOUND.skpd]}, "occurs twice"),
        ({"skpd": [("1.01", 1, Totals())]}, "no valid kode SKPD"),
        ({"skpd": [("", 1, Totals())]}, "no valid kode SKPD"),
        ({"skpd": []}, "no lines"),
        ({"skpd": [(EDUCATION, 0, Totals())]}, "no lines"),
        ({"totals": Totals()}, "control totals"),
        ({"totals": SOUND.totals + Totals(belanja=Rupiah(1))}, "control totals"),
        ({"totals": ENDLESS, "skpd": [(EDUCATION, 2, ENDLESS)]}, "more than any budget"),
    ],
)
def test_a_snapshot_that_contradicts_itself_is_refused(changed: dict[str, object], why: str) -> None:
    with pytest.raises(MalformedSnapshot, match=why):
        require_sound(stated(**changed))


def test_a_segment_must_hold_what_its_entry_states() -> None:
    encoded = ENCODED[HEALTH]

    require_as_stated(HEALTH, encoded, encoded.lines, encoded.totals)
    with pytest.raises(MalformedSnapshot, match=HEALTH):
        require_as_stated(HEALTH, encoded, encoded.lines + 1, encoded.totals)
    with pytest.raises(MalformedSnapshot, match=HEALTH):
        require_as_stated(HEALTH, encoded, encoded.lines, ENCODED[FINANCE].totals)


def test_a_silpa_is_a_warning_with_its_amount() -> None:
    # 8 of 546 budgets of 2023 left more than a thousand rupiah; refusing them would keep true data out.
    leftover = stated(totals=SOUND.totals + Totals(belanja=Rupiah(6399831814400)))

    (finding,) = warnings(leftover)

    assert finding == Finding("budget_balances", Level.WARNING, {"silpa": "-Rp63.998.318.144"})
    assert "-Rp63.998.318.144" in str(problem_of(finding))


def test_a_perda_that_is_not_stated_is_a_warning() -> None:
    (finding,) = warnings(stated(has_perda=False))

    assert finding.rule == "perda_is_stated"


def sentences() -> Iterator[tuple[str, str]]:
    for rule in sorted(RULES):
        yield rule, problem_of(Finding(rule)).msgid


@pytest.mark.parametrize(("rule", "sentence"), list(sentences()))
def test_a_finding_without_its_values_still_reads_as_a_sentence(rule: str, sentence: str) -> None:
    assert str(problem_of(Finding(rule))) == sentence
    assert str(remedy_of(Finding(rule)))
    assert str(title_of(rule)) != rule.replace("_", " "), "say what several of them are called"


def test_a_finding_of_a_newer_agent_is_shown_by_its_name_and_values() -> None:
    finding = Finding("moon_is_full", values={"tahun": "2027", "kode": "1"})

    assert str(problem_of(finding)) == "moon_is_full: kode=1, tahun=2027"
    assert "Update this program" in str(remedy_of(finding))


def reported() -> list[tuple[str, ast.Call]]:
    """Every `Finding("rule", ...)` in the code with the place where it is said."""
    return [
        (f"{path}:{node.lineno}", node)
        for path in modules(*ROOMS)
        for node in ast.walk(ast.parse((ROOT / path).read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "Finding"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ]


def named_values(call: ast.Call) -> set[str] | None:
    """The names of the values that a finding is made with; None where they are not written out there."""
    values = [item.value for item in call.keywords if item.arg == "values"] + call.args[2:3]
    if not values:
        return set()
    if not isinstance(values[0], ast.Dict):
        return None
    return {
        key.value for key in values[0].keys if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


@pytest.mark.parametrize("call", [pytest.param(call, id=place) for place, call in reported()])
def test_every_finding_in_the_code_has_its_sentence_and_its_values(call: ast.Call) -> None:
    rule = ast.literal_eval(call.args[0])
    values = named_values(call)

    assert rule in RULES, "write its sentence in contract/budget/findings.py"
    assert values is None or set(re.findall(r"\{(\w+)\}", problem_of(Finding(rule)).msgid)) <= values
