"""Findings by kind: each kind once with its count, in the order of what they weigh, and nothing lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from contract.budget.findings import RULES, Finding, Level
from contract.budget.kinds import EXAMPLES, Kind, by_kind, heading_of

MONEY = Finding("sumber_dana_is_a_code", values={"text": "DAK/PAD", "rows": "3", "nilai": "Rp100.000"})
CODES = Finding("code_was_normalised", Level.INFO, {"rows": "12", "example": "'5.1.' → 5.1"})
PERDA = Finding("perda_is_stated")


def named(number: int) -> Finding:
    return Finding("names_agree", values={"kind": "rekening", "kode": f"5.1.{number:02}", "count": "2"})


def more(count: str, rule: str = "names_agree") -> Finding:
    return Finding("more_of_the_same", Level.INFO, {"rule": rule, "count": count})


def rules(kinds: tuple[Kind, ...]) -> list[str]:
    return [kind.rule for kind in kinds]


findings = st.lists(
    st.builds(
        Finding,
        st.sampled_from([*sorted(RULES - {"more_of_the_same"}), "moon_is_full"]),
        st.sampled_from(Level),
    )
)


@given(findings)
def test_every_finding_is_in_one_kind_in_the_order_in_which_it_came(noticed: list[Finding]) -> None:
    kinds = by_kind(noticed)

    assert len(set(rules(kinds))) == len(kinds)
    for kind in kinds:
        assert list(kind.findings) == [finding for finding in noticed if finding.rule == kind.rule]
    assert sum(kind.count for kind in kinds) == len(noticed)


@given(findings)
def test_what_is_shown_at_once_and_the_others_are_all_that_travelled(noticed: list[Finding]) -> None:
    for kind in by_kind(noticed):
        assert kind.count == 1 or kind.examples + kind.others == kind.findings
        assert len(kind.examples) <= EXAMPLES


def test_warnings_come_before_notes_and_of_either_money_first_and_names_last() -> None:
    prefixed = Finding("code_prefix_was_removed", Level.INFO, {"rows": "9"})

    kinds = by_kind([prefixed, named(1), CODES, PERDA, MONEY])

    assert rules(kinds) == [
        "sumber_dana_is_a_code",
        "perda_is_stated",
        "names_agree",
        "code_was_normalised",
        "code_prefix_was_removed",
    ]


def test_a_single_finding_is_its_own_heading_and_its_own_count_is_not_counted() -> None:
    (kind,) = by_kind([CODES])

    assert str(heading_of(kind)).startswith("12 codes were written in another form")
    assert kind.examples == kind.others == ()


def test_several_findings_have_a_heading_with_their_number_and_the_first_as_examples() -> None:
    (kind,) = by_kind(named(number) for number in range(1300))

    assert str(heading_of(kind)) == "Codes with several names: 1.300 findings"
    assert kind.examples == (named(0), named(1), named(2))
    assert len(kind.others) == 1297


def test_those_that_were_only_counted_belong_to_their_kind() -> None:
    (kind,) = by_kind([*map(named, range(20)), more("200"), more("80")])

    assert (kind.count, kind.unlisted, len(kind.others)) == (300, 280, 17)
    assert kind.level is Level.WARNING


def test_one_finding_and_more_that_were_counted_are_several() -> None:
    (kind,) = by_kind([MONEY, more("1", MONEY.rule)])

    assert str(heading_of(kind)) == "Sumber dana that are no codes: 2 findings"
    assert kind.examples == (MONEY,)


def test_a_count_that_belongs_to_nothing_stays_a_finding_of_its_own() -> None:
    strange = [more("7"), more("7", "more_of_the_same"), more("many", PERDA.rule), more("9" * 30, PERDA.rule)]

    kinds = by_kind([PERDA, *strange])

    assert [(kind.rule, kind.count) for kind in kinds] == [("perda_is_stated", 1), ("more_of_the_same", 4)]


def test_a_kind_is_a_warning_where_one_of_its_findings_is() -> None:
    (kind,) = by_kind([Finding("perda_is_stated", Level.INFO), PERDA])

    assert kind.level is Level.WARNING


def test_a_kind_of_a_newer_agent_is_called_by_its_name() -> None:
    (kind,) = by_kind([Finding("moon_is_full", values={"kode": str(number)}) for number in range(2)])

    assert str(heading_of(kind)) == "moon is full: 2 findings"
