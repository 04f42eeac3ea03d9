"""Codes are known by their shape alone, and shapes are ASCII."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.budget.codes import Section, has_shape, normal_kode_skpd, require_shape, section_of, shape
from contract.budget.line import KEY_FIELDS, Line
from contract.budget.names import NameKind
from contract.budget.rupiah import ZERO
from contract.errors import MalformedCode

GOOD = {
    "kode_pemda": ["01.00", "38.06"],
    "kode_satker": ["991265"],
    "kode_bps": ["3320"],
    "kode_skpd": ["5.02.0.00.0.00.01.0000", "2.16.2.21.2.20.01.0000"],
    "kode_unit_skpd": ["1.02.0.00.0.00.01.0017"],
    "kode_bidang_urusan": ["1.01", "8.01", "X.XX"],
    "kode_program": ["1.01.02", "X.XX.01"],
    "kode_kegiatan": ["1.01.02.1.01", "X.XX.01.2.06"],
    "kode_sub_kegiatan": ["1.01.02.1.01.01", "1.01.02.2.01.0001", "X.XX.01.2.06.05"],
    "kode_rekening": ["4.1.01.09.01.0001", "5.2.06.01.01.0001", "6.2.02.02.01.0001"],
    "kode_sumber_dana": ["1", "1.1", "1.1.01.01", "2.3.01.05.01"],
}
BAD = {
    "kode_pemda": ["1.00", "01.0", "0100", "01.00 "],
    "kode_satker": ["99126", "9912650"],
    "kode_bps": ["332", "#N/A"],
    "kode_skpd": ["5.02.0.00.0.00.01.00", "5-02.0-00.0-00.01.0000", "", "5.02.0.00.0.00.01.0000\n"],
    "kode_unit_skpd": ["5.02.0.00.0.00.01"],
    "kode_bidang_urusan": ["1.1", "X.XXX", "x.xx"],
    "kode_program": ["1.01.2", "1.01"],
    "kode_kegiatan": ["1.01.02.3.01", "1.01.02.01"],
    "kode_sub_kegiatan": ["1.01.02.1.01.001", "1.01.02.1.01.1"],
    "kode_rekening": [
        "5.1.02.01.01.24",
        "5.1.02.01.01",
        "7.1.01.01.01.0001",
        "6.3.01.01.01.0001",
        "5.0.01.01.01.0001",
    ],
    "kode_sumber_dana": ["PAD", "DAK/PAD", "1.", "1..1", ".1"],
}


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind in GOOD for code in GOOD[kind]])
def test_a_code_as_sipd_writes_it_has_its_shape(kind: str, code: str) -> None:
    assert require_shape(kind, code) == code


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind in BAD for code in BAD[kind]])
def test_a_code_in_another_shape_is_refused(kind: str, code: str) -> None:
    with pytest.raises(MalformedCode, match=kind):
        require_shape(kind, code)


@given(st.text("0123456789٠١٢３.X\t\n", min_size=1))
def test_digits_of_other_scripts_are_no_digits(code: str) -> None:
    accepted = [kind for kind in GOOD if has_shape(kind, code)]

    assert not accepted or code.isascii()


@pytest.mark.parametrize("kind", [*KEY_FIELDS, *(f"kode_{kind}" for kind in NameKind)])
def test_every_field_of_a_line_and_every_kind_of_name_has_a_shape(kind: str) -> None:
    assert shape(kind)


def test_a_line_names_its_key_in_the_order_of_the_wire() -> None:
    assert Line._fields == (*KEY_FIELDS, "nilai_anggaran")


@pytest.mark.parametrize(
    ("kode_rekening", "section"),
    [
        ("4.2.01.01.03.0001", Section.PENDAPATAN),
        ("5.1.02.01.01.0024", Section.BELANJA),
        ("6.1.01.05.01.0001", Section.PENERIMAAN_PEMBIAYAAN),
        ("6.2.02.02.01.0001", Section.PENGELUARAN_PEMBIAYAAN),
    ],
)
def test_an_account_belongs_to_one_section(kode_rekening: str, section: Section) -> None:
    assert section_of(kode_rekening) is section
    assert Line("", "", "", "", "", "", kode_rekening, "", ZERO).section is section


@pytest.mark.parametrize("kode_rekening", ["", "5", "5.1", "6.3.01.01.01.0001", "1.1.01.01.01.0001"])
def test_what_is_no_account_belongs_to_no_section(kode_rekening: str) -> None:
    with pytest.raises(MalformedCode):
        section_of(kode_rekening)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("5.02.0.00.0.00.01.0000", "5.02.0.00.0.00.01.0000"),
        (" 5.02.0.00.0.00.01.0000. ", "5.02.0.00.0.00.01.0000"),
        ("1-01.2-22.0-00.01", "1.01.2.22.0.00.01.0000"),
        ("1-01.2-22.0-00.01.0003", "1.01.2.22.0.00.01.0003"),
        ("5.02.0.00.0.00.01.00", "5.02.0.00.0.00.01.0000"),
        ("Dinas Kesehatan", "Dinas Kesehatan"),
    ],
)
def test_a_kode_skpd_is_brought_to_its_normal_form(written: str, normal: str) -> None:
    assert normal_kode_skpd(written) == normal


@given(st.text("0123456789.- "))
def test_normalising_a_kode_skpd_twice_changes_nothing_more(code: str) -> None:
    once = normal_kode_skpd(code)

    assert normal_kode_skpd(once) == once
