"""The classic CSV: 26 fields without quoting, whose sum is the budget's to the sen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.budget.accounts import ACCOUNT_NAMES
from contract.budget.classic import FIELDS, ClassicCsv, with_semicolon
from contract.budget.line import Line
from contract.budget.names import Name, NameKind
from contract.budget.rupiah import Rupiah
from contract.budget.segment import encode_lines, encode_names
from sikd.reference import akun_names
from tests.contract.samples import EDUCATION, FINANCE, HEALTH, LINES, NAMES, belanja, other


def rows(lines: list[Line], csv: ClassicCsv | None = None) -> list[dict[str, str]]:
    """The rows that lines become, each by the names of its fields."""
    written = (csv or ClassicCsv(2026, encode_names(NAMES).plain)).rows(encode_lines(lines).plain).decode()
    return [dict(zip(FIELDS, row.split(";"), strict=True)) for row in written.splitlines()]


def test_a_belanja_line_fills_the_fields_that_it_and_the_names_know() -> None:
    [row] = rows([belanja(EDUCATION, "1.01.02.2.01.0001", "5.2.03.01.01.0001", "1.1.01.01", 400_000_000)])

    assert {name: value for name, value in row.items() if value} == {
        "TAHUN": "2026",
        "kodeUrusanProgram": "1.01",
        "namaUrusanProgram": "Urusan Pemerintahan Bidang Pendidikan",
        "kodeUrusanPelaksana": "1.01",
        "namaUrusanPelaksana": "Urusan Pemerintahan Bidang Pendidikan",
        "kodeSKPD": "0100",
        "namaSKPD": "Dinas Pendidikan, Kepemudaan dan Olahraga",
        "kodeProgram": "002",
        "kodeKegiatan": "201000",
        "kodeAkunUtama": "5",
        "namaAkunUtama": "BELANJA DAERAH",
        "kodeAkunKelompok": "2",
        "namaAkunKelompok": "BELANJA MODAL",
        "kodeAkunJenis": "03",
        "namaAkunJenis": "Belanja Modal Gedung dan Bangunan",
        "kodeAkunObjek": "01",
        "kodeAkunRincian": "01",
        "kodeAkunSub": "0001",
        "nilaiAnggaran": "400000000",
    }


def test_pendapatan_and_pembiayaan_belong_to_no_program() -> None:
    [row] = rows([other(FINANCE, "4.1.01.09.01.0001", 300_000_000)])

    assert (row["kodeProgram"], row["namaProgram"]) == ("000", "Non Program")
    assert (row["kodeKegiatan"], row["namaKegiatan"]) == ("000000", "Non Kegiatan")
    assert row["kodeUrusanProgram"] == row["kodeUrusanPelaksana"] == "5.02"
    assert row["namaAkunSub"] == "Pajak Reklame Papan / Billboard / Videotron"


def test_lines_that_differ_in_what_has_no_column_are_one_row() -> None:
    of_one_kegiatan = [
        belanja(HEALTH, "1.02.02.2.01.0001", "5.1.02.01.01.0024", "1.1.01.01", 100),
        belanja(HEALTH, "1.02.02.2.01.0002", "5.1.02.01.01.0024", "1.2.01.05.01", 23),
    ]

    [row] = rows(of_one_kegiatan)

    assert row["nilaiAnggaran"] == "123"


def test_a_semicolon_in_a_name_becomes_a_comma_and_is_counted() -> None:
    names = encode_names([Name(NameKind.SKPD, HEALTH, "Dinas; Kesehatan; Baru"), *NAMES[2:]]).plain
    line = belanja(HEALTH, "1.02.02.2.01.0001", "5.1.02.01.01.0024", "", 1)

    [row] = rows([line], ClassicCsv(2026, names))

    assert row["namaSKPD"] == "Dinas, Kesehatan, Baru"
    assert with_semicolon(names) == 1


def test_a_code_with_two_names_gets_the_same_one_every_time() -> None:
    names = [Name(NameKind.SKPD, HEALTH, "B"), Name(NameKind.SKPD, HEALTH, "A")]
    line = belanja(HEALTH, "1.02.02.2.01.0001", "5.1.02.01.01.0024", "", 1)

    found = {
        rows([line], ClassicCsv(2026, encode_names(order).plain))[0]["namaSKPD"]
        for order in (names, names[::-1])
    }

    assert found == {"A"}


@pytest.mark.parametrize(("sen", "written"), [(100, "1"), (150, "1.50"), (5, "0.05"), (0, "0")])
def test_sen_are_written_only_where_there_are_any(sen: int, written: str) -> None:
    line = other(FINANCE, "4.1.01.09.01.0001", 0)._replace(nilai_anggaran=Rupiah(sen))

    assert rows([line])[0]["nilaiAnggaran"] == written


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10**15)), min_size=1))
def test_the_rows_add_up_to_the_lines(chosen: list[tuple[int, int]]) -> None:
    kinds = LINES[EDUCATION]
    lines = [kinds[place]._replace(nilai_anggaran=Rupiah(sen)) for place, sen in chosen]

    amounts = [row["nilaiAnggaran"] for row in rows(lines)]

    sen = [int(rupiah) * 100 + int(rest or 0) for rupiah, _, rest in (a.partition(".") for a in amounts)]
    assert sum(sen) == sum(amount for _, amount in chosen)


def test_the_names_of_accounts_are_those_of_the_reference_chart() -> None:
    chart = akun_names(2021)
    known = {kode: nama for kode, nama in chart.items() if kode.count(".") <= 2}

    ours = {kode: nama for kode, nama in ACCOUNT_NAMES.items() if kode != "5.2.06"}
    assert {kode: nama.casefold() for kode, nama in ours.items()} == {
        kode: nama.casefold() for kode, nama in known.items() if kode != "5.2.06"
    }
