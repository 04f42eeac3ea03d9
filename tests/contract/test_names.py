"""Names have one clean form, in which nothing can hide."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.budget.names import MAX_NAME_CHARACTERS, cleaned, is_clean, require_clean
from contract.errors import MalformedSegment

anything = st.text(st.characters(codec=None))
# Text in which marks, marks of direction and white space meet more often than by chance.
tangled = st.text(
    "aA eE\u0301\u0300\u200e\u202e\u00a0\u2028\t\n\x00\u200b\ufeff\u00ad\u1100\u1161\u11a8\ud800."
)


@given(st.one_of(anything, tangled), st.one_of(st.just(""), st.just("1.01"), anything))
def test_a_cleaned_name_is_clean_or_empty(raw: str, kode: str) -> None:
    name = cleaned(raw, kode)

    assert name == "" or is_clean(name)


@given(st.one_of(anything, tangled))
def test_a_clean_name_stays_as_it_is(raw: str) -> None:
    name = cleaned(raw)

    assert cleaned(name) == name


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("  Dinas\tPendidikan\r\n dan  Kebudayaan ", "Dinas Pendidikan dan Kebudayaan"),
        ("Cafe\u0301", "Café"),
        # The mark composes only once the character between them is gone.
        ("Cafe\u200e\u0301", "Café"),
        ("Dinas\u202e natahesek\u202c", "Dinas natahesek"),
        ("Dinas\u200bKesehatan", "DinasKesehatan"),
        ("\ufeffDinas\u00a0Kesehatan\x00", "Dinas Kesehatan"),
        ("Pajak \u2028 Hotel", "Pajak Hotel"),
        ("\x00\u200e ", ""),
        ("a" * 600, "a" * 512),
        ("a" * 511 + " b", "a" * 511),
    ],
)
def test_a_name_is_brought_to_its_clean_form(raw: str, name: str) -> None:
    assert cleaned(raw) == name


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("1.01 Urusan Pendidikan", "Urusan Pendidikan"),
        ("1.01  1.01 Urusan", "1.01 Urusan"),
        ("1.012 Urusan", "1.012 Urusan"),
        ("1.01", "1.01"),
    ],
)
def test_a_name_loses_a_leading_copy_of_its_own_code(raw: str, name: str) -> None:
    assert cleaned(raw, "1.01") == name


UNTIDY = ["", " a", "a ", "a  b", "a\tb", "a\nb", "a\u00a0b", "a\u2028b", "e\u0301", "a" * 513]
UNSEEN = [
    "a\x00",
    "a\x85b",
    "a\u202eb",
    "a\u2066b",
    "a\u061cb",
    "a\u200bb",
    "a\u200db",
    "a\ufeffb",
    "a\u00adb",
]
STRANGE = ["a\U000e0041b", "\ud800"]


@pytest.mark.parametrize("nama", [*UNTIDY, *UNSEEN, *STRANGE], ids=ascii)
def test_what_is_not_clean_is_refused(nama: str) -> None:
    with pytest.raises(MalformedSegment):
        require_clean(nama)


@pytest.mark.parametrize(
    "nama", ["a" * MAX_NAME_CHARACTERS, "Pajak «Hotel» – 50% & Co. (é, ñ, ꦲ, 漢)", "#N/A", "-"]
)
def test_every_other_name_is_taken(nama: str) -> None:
    assert require_clean(nama) == nama


def test_no_mark_of_direction_is_forgotten() -> None:
    kinds = {"LRE", "LRO", "RLE", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    directional = [chr(point) for point in range(0x110000) if unicodedata.bidirectional(chr(point)) in kinds]

    overlooked = [mark for mark in [*directional, "\u200e", "\u200f", "\u061c"] if is_clean(f"a{mark}b")]

    assert overlooked == []
