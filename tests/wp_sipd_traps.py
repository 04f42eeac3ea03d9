"""The traps of a wp-sipd database, as tests that every engine must pass; a subclass brings `filled`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.interface import Access, NoBudget, SourceContradicts, StageToChoose, TableMissing
from contract.budget.names import NameKind
from tests.fakes.connector_conformance import Expected
from tests.sample_pemda import Budget, Dirt, Faults
from tests.whole_reading import read_whole

Filled = Callable[[Budget, Faults], Access]
CLEAN = Budget(jumlah_rincian=600, dirt=Dirt.none())
WORN = Budget(jumlah_rincian=600)
TRUTH = Expected.of(CLEAN)


class WpSipdTraps:
    """One test a trap; each says in its name what must not happen, or what must be said."""

    def test_murni_is_the_current_rows_while_no_pergeseran_is_in_force(self, filled: Filled) -> None:
        whole = read_whole(filled(WORN, Faults()))

        assert whole.segments == Expected.of(WORN).segments
        assert whole.facts.stage.kode == "3"

    def test_murni_is_the_frozen_penetapan_once_a_pergeseran_is_in_force(self, filled: Filled) -> None:
        access = filled(WORN, Faults(pergeseran_in_force=True))

        whole = read_whole(access, id_jadwal="3")

        assert whole.segments == Expected.of(WORN).segments
        assert whole.totals == WORN.totals

    def test_a_stage_is_chosen_by_the_operator_and_never_guessed(self, filled: Filled) -> None:
        access = filled(CLEAN, Faults(pergeseran_in_force=True))

        with pytest.raises(StageToChoose) as refused:
            read_whole(access)

        assert "id_jadwal = 3: Penetapan APBD 2026" in str(refused.value.remedy)
        assert "Pergeseran" not in str(refused.value.remedy)

    def test_a_stage_that_is_not_there_cannot_be_chosen(self, filled: Filled) -> None:
        access = filled(CLEAN, Faults(pergeseran_in_force=True))

        with pytest.raises(StageToChoose, match="id_jadwal = 77 is not in the database"):
            read_whole(access, id_jadwal="77")

    def test_freezing_the_penetapan_does_not_make_it_another_stage(self, filled: Filled) -> None:
        before = read_whole(filled(CLEAN, Faults()))

        after = read_whole(filled(CLEAN, Faults(pergeseran_in_force=True)), id_jadwal="3")

        assert (before.facts.stage.kode, before.facts.stage.nama) == (
            after.facts.stage.kode,
            after.facts.stage.nama,
        )
        assert before.segments == after.segments
        assert before.names == after.names

    def test_a_kode_sbl_stored_twice_is_counted_once(self, filled: Filled) -> None:
        whole = read_whole(filled(CLEAN, Faults(duplicate_kode_sbl=True)))

        assert whole.segments == TRUTH.segments
        assert whole.finding("sub_kegiatan_is_unique").values["count"] == "1"
        assert whole.sentence("sub_kegiatan_is_unique").startswith("1 sub kegiatan are stored more than once")

    def test_double_money_is_read_to_the_sen_and_its_residue_is_stated(self, filled: Filled) -> None:
        whole = read_whole(filled(CLEAN, Faults(part_sen=True)))

        assert whole.segments == TRUTH.segments
        assert whole.totals == CLEAN.totals
        # MariaDB rounds one of the two rows itself: its column is DOUBLE(20,2).
        assert whole.finding("amounts_are_whole_sen").values in (
            {"rows": "2", "residue": "0.0080"},
            {"rows": "1", "residue": "0.0040"},
        )

    def test_names_lose_the_code_that_they_begin_with(self, filled: Filled) -> None:
        prefixed = Budget(jumlah_rincian=600, dirt=Dirt(code_prefixed_names=True))

        whole = read_whole(filled(prefixed, Faults()))

        assert {(name.kind, name.kode): name.nama for name in whole.names} == CLEAN.names()
        assert "began with their own code" in whole.sentence("code_prefix_was_removed")

    def test_rincian_without_sub_kegiatan_are_left_out_and_stated(self, filled: Filled) -> None:
        whole = read_whole(filled(CLEAN, Faults(orphan_rincian=True)))

        assert whole.segments == TRUTH.segments
        assert whole.sentence("rincian_has_sub_kegiatan") == (
            "1 rincian worth Rp1.234.567 belong to no active sub kegiatan and are not part of the budget."
        )

    def test_columns_called_murni_are_never_read(self, filled: Filled) -> None:
        overwritten = Budget(jumlah_rincian=600, dirt=Dirt(later_pergeseran=True))

        whole = read_whole(filled(overwritten, Faults()))

        assert whole.segments == TRUTH.segments
        columns = {
            found.values["columns"] for found in whole.findings if found.rule == "murni_columns_are_not_murni"
        }
        assert columns == {
            "data_rka.rincian_murni",
            "data_pendapatan.nilaimurni",
            "data_pembiayaan.nilaimurni",
        }

    def test_sumber_dana_that_is_no_code_is_sent_empty_and_stated(self, filled: Filled) -> None:
        written = Budget(jumlah_rincian=600, dirt=Dirt(free_text_sumber_dana=True))

        whole = read_whole(filled(written, Faults()))

        assert whole.segments == Expected.of(written).segments
        texts = {found.values["text"] for found in whole.findings if found.rule == "sumber_dana_is_a_code"}
        assert {"PAD", "Pad", "pad"} & texts
        assert all(name.kind is not NameKind.SUMBER_DANA or name.kode[0].isdigit() for name in whole.names)

    def test_a_clean_database_gives_no_finding(self, filled: Filled) -> None:
        whole = read_whole(filled(CLEAN, Faults()))

        assert whole.findings == ()

    def test_an_account_of_another_level_is_refused_by_name(self, filled: Filled) -> None:
        access = filled(CLEAN, Faults(header_account=True))

        with pytest.raises(SourceContradicts, match=r"'5\.1\.02\.01\.01' where a kode_rekening is expected"):
            read_whole(access)

    def test_money_of_an_skpd_without_code_is_refused_and_not_lost(self, filled: Filled) -> None:
        access = filled(CLEAN, Faults(unmapped_skpd=True))

        with pytest.raises(SourceContradicts, match="'' where a kode_skpd is expected, worth Rp"):
            read_whole(access)

    def test_a_database_of_another_year_says_which_years_it_holds(self, filled: Filled) -> None:
        access = filled(CLEAN, Faults(wrong_year=True))

        with pytest.raises(NoBudget, match="no budget of 2026; years found: 2025"):
            read_whole(access)

    def test_an_empty_database_is_no_budget(self, filled: Filled) -> None:
        access = filled(CLEAN, Faults(empty_database=True))

        with pytest.raises(NoBudget, match="neither of 2026 nor of any other year"):
            read_whole(access)

    def test_a_missing_table_is_named(self, filled: Filled) -> None:
        access = filled(CLEAN, Faults(missing_table="data_pembiayaan"))

        with pytest.raises(TableMissing, match="The table data_pembiayaan is missing"):
            read_whole(access)
