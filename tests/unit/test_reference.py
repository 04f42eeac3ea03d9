"""The reference lists: complete, well formed, and found by any code or name."""

from __future__ import annotations

from collections import Counter

import pytest

from contract.budget.codes import Section, has_shape
from sikd import reference
from sikd.reference import JenisPemda


def test_there_are_546_pemda_of_three_kinds() -> None:
    kinds = Counter(one.jenis for one in reference.pemda())

    assert kinds == {JenisPemda.PROVINSI: 38, JenisPemda.KABUPATEN: 415, JenisPemda.KOTA: 93}


def test_every_code_of_a_pemda_has_its_shape_and_is_used_once() -> None:
    for kind in ("kode_pemda", "kode_bps", "kode_satker"):
        codes = [code for one in reference.pemda() if (code := getattr(one, kind)) is not None]

        assert all(has_shape(kind, code) for code in codes)
        assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("text", ["11.10", "3320", "991265", "jepara", " Kabupaten  JEPARA "])
def test_a_pemda_is_found_by_each_of_its_codes_and_by_its_name(text: str) -> None:
    assert [one.kode_pemda for one in reference.find_pemda(text)] == ["11.10"]


def test_a_part_of_a_name_finds_all_that_hold_it() -> None:
    found = {one.nama for one in reference.find_pemda("kota bandung")}

    assert found == {"Kota Bandung"}
    assert len(reference.find_pemda("bandung")) > 1


@pytest.mark.parametrize("text", ["", "  ", "99.99", "tidak ada"])
def test_what_no_pemda_is_called_finds_nothing(text: str) -> None:
    assert reference.find_pemda(text) == ()


def test_an_unknown_code_is_none_and_never_a_marker_text() -> None:
    toba = reference.pemda_by_kode("02.13")

    assert toba is not None
    assert toba.kode_bps is None
    assert toba.kode_satker == "941922"
    assert reference.pemda_by_kode("99.99") is None


def test_a_later_year_uses_the_newest_chart_there_is_and_an_earlier_one_the_oldest() -> None:
    assert [reference.chart_year(tahun) for tahun in (2019, 2021, 2026)] == [2021, 2021, 2021]
    assert reference.akun_names(2026) is reference.akun_names(2021)


def test_the_accounts_of_the_sixth_level_have_the_shape_of_a_kode_rekening() -> None:
    names = reference.akun_names(2021)
    sixth = [kode for kode in names if kode.count(".") == 5]

    assert len(names) == 4705
    assert len(sixth) == 3863
    assert all(has_shape("kode_rekening", kode) for kode in sixth)
    assert names["5.1"] == "BELANJA OPERASI"


def test_sub_kegiatan_and_sumber_dana_have_their_shape_and_names_without_codes() -> None:
    chart = reference.sub_kegiatan_chart(2021)

    assert len(chart) == 2083
    assert all(has_shape("kode_sub_kegiatan", each.kode_sub_kegiatan) for each in chart)
    assert not any(each.nama_sub_kegiatan.startswith(each.kode_program) for each in chart)
    assert all(has_shape("kode_sumber_dana", kode) for kode in reference.sumber_dana_names(2021))
    assert reference.bidang_urusan_names(2021)["5.02"] == "KEUANGAN"


def test_every_pemda_has_a_posture_and_527_are_balanced_to_the_rupiah() -> None:
    postures = [reference.posture(one.kode_pemda) for one in reference.pemda()]

    assert sum(each is not None and each.silpa.sen == 0 for each in postures) == 527
    assert all(each is not None and each.of(Section.BELANJA).sen > 0 for each in postures)
    assert reference.posture("99.99") is None
