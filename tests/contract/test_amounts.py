"""Money is whole sen, and has one spelling on the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.budget.rupiah import MAX_SEN, ZERO, Rupiah, wire_amount
from contract.errors import MalformedCode

sen = st.integers(min_value=-MAX_SEN + 1, max_value=MAX_SEN - 1)


@given(sen)
def test_an_amount_is_read_as_it_was_written(amount: int) -> None:
    assert Rupiah.from_wire(Rupiah(amount).to_wire()) == Rupiah(amount)


@given(st.one_of(st.text(), st.from_regex(r"\A-?[0-9]{1,20}(\.[0-9]{0,4})?\Z")))
def test_any_other_spelling_is_refused(text: str) -> None:
    try:
        amount = Rupiah.from_wire(text)
    except MalformedCode:
        return

    assert amount.to_wire() == text


SLIPS = [
    "-0.00",
    "5.004",
    "5.0",
    "5",
    "5.",
    ".50",
    "05.00",
    "+5.00",
    "--5.00",
    " 5.00",
    "5.00 ",
    "5.00\n",
    "",
]
OTHER_SPELLINGS = ["5,00", "1.234,50", "1e3", "1E+3.00", "lima", "NaN", "Infinity", "9" * 17 + ".00"]
OTHER_DIGITS = ["\u0665.\u0660\u0660", "\uff15.00"]


@pytest.mark.parametrize("text", [*SLIPS, *OTHER_SPELLINGS, *OTHER_DIGITS])
def test_what_a_prototype_let_through_is_refused(text: str) -> None:
    with pytest.raises(MalformedCode):
        Rupiah.from_wire(text)


@pytest.mark.parametrize("value", [5.0, True, "5", None, MAX_SEN, -MAX_SEN])
def test_an_amount_is_made_of_whole_sen_alone(value: object) -> None:
    with pytest.raises(MalformedCode):
        Rupiah(value)  # type: ignore[arg-type]


@given(sen)
def test_the_fast_road_writes_the_same(amount: int) -> None:
    rupiah, rest = divmod(abs(amount), 100)

    assert wire_amount(amount) == f"{'-' if amount < 0 else ''}{rupiah}.{rest:02d}"


@given(st.integers(-(10**17), 10**17), st.integers(-(10**17), 10**17))
def test_amounts_add_up_to_the_sen(one: int, two: int) -> None:
    assert Rupiah(one) + Rupiah(two) - Rupiah(two) == Rupiah(one)
    assert Rupiah(one) + -Rupiah(one) == ZERO


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(0, "Rp0"), (5, "Rp0,05"), (123456789, "Rp1.234.567,89"), (-100000, "-Rp1.000"), (-1, "-Rp0,01")],
)
def test_an_amount_is_shown_as_indonesians_write_it(amount: int, shown: str) -> None:
    assert str(Rupiah(amount)) == shown
