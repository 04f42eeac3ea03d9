"""The sample budget: always the same, always the real posture, always well-formed codes."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from dataclasses import replace
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.budget.codes import has_shape
from contract.budget.line import KEY_FIELDS, Line
from contract.budget.totals import Totals
from sikd import reference
from tests.sample_pemda import Budget, Dirt
from tests.sample_pemda.organisation import Pot
from tests.sample_pemda.shares import allocate, allocate_each

PROVINSI_JAWA_TENGAH, DKI, JEPARA, KOTA_SEMARANG, YAHUKIMO = "11.00", "09.00", "11.10", "11.34", "37.02"


def totals_of(lines: list[Line]) -> Totals:
    sen: Counter[object] = Counter()
    for line in lines:
        sen[line.section] += line.nilai_anggaran.sen
    return Totals.of_sen(dict(sen))  # type: ignore[arg-type]


def test_the_same_arguments_give_the_same_budget() -> None:
    first, second = (list(Budget(JEPARA, 2026, 1000, seed=7).rincian()) for _ in range(2))

    assert first == second


def test_another_seed_gives_another_budget_with_the_same_totals() -> None:
    first, second = (list(Budget(JEPARA, 2026, 1000, seed=seed).lines()) for seed in (1, 2))

    assert first != second
    assert totals_of(first) == totals_of(second)


@pytest.mark.parametrize("kode_pemda", [PROVINSI_JAWA_TENGAH, DKI, JEPARA, KOTA_SEMARANG, YAHUKIMO])
def test_every_section_equals_the_real_posture_to_the_sen(kode_pemda: str) -> None:
    budget = Budget(kode_pemda, 2026, 5000)

    assert totals_of(list(budget.lines())) == reference.posture(kode_pemda)


def test_an_unbalanced_pemda_stays_unbalanced() -> None:
    assert totals_of(list(Budget(YAHUKIMO, 2026, 1000).lines())).silpa.sen == -6_399_831_814_400


def test_every_one_of_the_546_pemda_has_a_budget_with_its_own_totals() -> None:
    for pemda in reference.pemda():
        budget = Budget(pemda.kode_pemda, 2026, 500, dirt=Dirt.none())

        assert sum(item.sen for item in budget.rincian()) == budget.totals.belanja.sen
        assert sum(pos.sen for pos in budget.pendapatan) == budget.totals.pendapatan.sen


@pytest.mark.parametrize("count", [500, 5000, 20_001])
def test_there_are_exactly_as_many_rincian_as_asked_for_and_none_is_negative(count: int) -> None:
    items = list(Budget(JEPARA, 2026, count).rincian())

    assert [item.nomor for item in items] == list(range(1, count + 1))
    assert all(item.sen > 0 for item in items)


@pytest.mark.parametrize("kode_pemda", [PROVINSI_JAWA_TENGAH, DKI, JEPARA, KOTA_SEMARANG])
@pytest.mark.parametrize("tahun", [2023, 2026])
def test_every_code_has_the_shape_of_its_kind(kode_pemda: str, tahun: int) -> None:
    for line in Budget(kode_pemda, tahun, 2000).lines():
        for kind, code in zip(KEY_FIELDS, line[:8], strict=True):
            assert code == "" or has_shape(kind, code), (kind, code)
        assert has_shape("kode_skpd", line.kode_skpd)
        assert has_shape("kode_rekening", line.kode_rekening)


@pytest.mark.parametrize(
    ("kode_pemda", "digit"), [(PROVINSI_JAWA_TENGAH, "1"), (JEPARA, "2"), (KOTA_SEMARANG, "2")]
)
def test_level_four_says_whether_it_is_a_province(kode_pemda: str, digit: str) -> None:
    codes = {line.kode_sub_kegiatan for line in Budget(kode_pemda, 2026, 2000).lines()} - {""}

    assert {code.split(".")[3] for code in codes} == {digit}


@pytest.mark.parametrize(("tahun", "digits"), [(2023, 2), (2024, 4)])
def test_the_last_level_has_four_digits_since_2024(tahun: int, digits: int) -> None:
    codes = {line.kode_sub_kegiatan for line in Budget(JEPARA, tahun, 1000).lines()} - {""}

    assert {len(code.rsplit(".", 1)[1]) for code in codes} == {digits}


def test_a_code_belongs_to_the_code_above_it() -> None:
    for line in Budget(JEPARA, 2026, 2000).lines():
        assert line.kode_unit_skpd[:17] == line.kode_skpd[:17]
        assert line.kode_program.startswith(line.kode_bidang_urusan)
        assert line.kode_kegiatan.startswith(line.kode_program)
        assert line.kode_sub_kegiatan.startswith(line.kode_kegiatan)


def test_the_supporting_program_carries_the_own_bidang_of_the_skpd() -> None:
    lines = [line for line in Budget(JEPARA, 2026, 2000).lines() if line.kode_program]

    assert not any("X" in line.kode_program for line in lines)
    assert all(line.kode_bidang_urusan in line.kode_skpd for line in lines)


def test_a_key_occurs_once_among_the_lines() -> None:
    lines = list(Budget(JEPARA, 2026, 5000).lines())

    assert len({line[:8] for line in lines}) == len(lines)


@pytest.mark.parametrize("kode_pemda", [JEPARA, KOTA_SEMARANG])
def test_a_kabupaten_or_kota_has_thirty_to_sixty_skpd_in_code_order(kode_pemda: str) -> None:
    codes = [skpd.kode for skpd in Budget(kode_pemda, 2026, 5000).skpd]

    assert 30 <= len(codes) <= 60
    assert codes == sorted(set(codes))


def test_sizes_follow_a_power_law() -> None:
    sizes = sorted((item.sen for item in Budget(JEPARA, 2026, 20_000).rincian()), reverse=True)

    assert sum(sizes[:200]) > sum(sizes) * 0.3
    assert sizes[10_000] < sum(sizes) / len(sizes) / 2


def test_some_amounts_have_sen_though_the_total_has_none() -> None:
    budget = Budget(JEPARA, 2026, 5000)

    assert any(item.sen % 100 for item in budget.rincian())
    assert budget.totals.belanja.sen % 100 == 0


def test_the_shares_of_the_jenis_are_believable() -> None:
    budget = Budget(JEPARA, 2026, 20_000)
    by_jenis: Counter[str] = Counter()
    for item in budget.rincian():
        by_jenis[item.akun.kode[:6]] += item.sen
    total = budget.totals.belanja.sen

    assert 0.25 < by_jenis["5.1.01"] / total < 0.5
    assert 0.2 < by_jenis["5.1.02"] / total < 0.4
    assert 0.08 < sum(sen for kode, sen in by_jenis.items() if kode.startswith("5.2")) / total < 0.25


def test_dirt_in_the_sumber_dana_changes_nothing_else() -> None:
    dirty = list(Budget(JEPARA, 2026, 2000, dirt=Dirt.typical()).rincian())
    clean = list(Budget(JEPARA, 2026, 2000, dirt=Dirt.none()).rincian())

    assert [(each.akun, each.sen, each.activity) for each in dirty] == [
        (each.akun, each.sen, each.activity) for each in clean
    ]
    assert {each.dana.tertulis for each in dirty} >= {None, "", "PAD", "Pad", "pad "}
    assert all(each.dana.kode for each in clean)


def test_200_000_rincian_need_no_more_room_than_a_few() -> None:
    budget = Budget(JEPARA, 2026, 200_000)
    next(budget.rincian())

    tracemalloc.start()
    largest = max(budget.skpd, key=lambda skpd: skpd.weights[Pot.BARANG_JASA])
    count = sum(1 for _, items in budget.activities(largest) for _ in items)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count > 20_000
    assert peak < 12 * 2**20


def test_an_skpd_can_be_drawn_by_itself() -> None:
    budget = Budget(JEPARA, 2026, 2000)
    third = budget.skpd[2]

    alone = list(budget.lines_of(third))

    assert alone == [line for line in budget.lines() if line.kode_skpd == third.kode]


def test_too_few_rincian_and_an_unknown_pemda_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 500"):
        Budget(JEPARA, 2026, 499)
    with pytest.raises(ValueError, match=r"99\.99"):
        Budget("99.99")


def test_names_hold_every_code_of_the_lines() -> None:
    budget = replace(Budget(JEPARA, 2026, 1000), dirt=Dirt.none())
    names = budget.names()

    for line in islice(budget.lines(), 300):
        for kind, code in zip(KEY_FIELDS, line[:8], strict=True):
            assert code == "" or names[kind.removeprefix("kode_"), code]  # type: ignore[index]


@given(st.integers(0, 10**18), st.lists(st.integers(0, 10**6), min_size=1, max_size=50))
def test_parts_always_add_up_and_are_never_negative(total: int, weights: list[int]) -> None:
    parts = allocate(total, weights)

    assert sum(parts) == total
    assert min(parts) >= 0


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=50), st.integers(0, 10**9))
def test_everyone_with_a_weight_gets_something(weights: list[int], more: int) -> None:
    total = sum(map(bool, weights)) + more

    parts = allocate_each(total, weights)

    assert sum(parts) == total
    assert all(part for part, weight in zip(parts, weights, strict=True) if weight)
