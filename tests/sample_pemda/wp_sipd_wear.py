"""The dirt and the faults of a wp-sipd database: rows beside, and changes to, the APBD Murni.

Every kind is explained in README.md. Nothing here touches the good rows, unless a fault asks for it.
"""

from __future__ import annotations

from tests.sample_pemda import wp_sipd_rows as rows
from tests.sample_pemda.budget import Budget
from tests.sample_pemda.database import Database, Row
from tests.sample_pemda.dirt import Faults
from tests.sample_pemda.wear import Wear
from tests.sample_pemda.wp_sipd_schema import schema

_AMOUNTS = {"data_rka": "rincian", "data_pendapatan": "total", "data_pembiayaan": "total"}
_FROZEN = {**_AMOUNTS, "data_sub_keg_bl": "pagu"}
_LAST_DANA = "177"
_UNKNOWN_SBL = "9999.9999.999.9999.99999"
# Stages of the year before have these added to their numbers.
_YEAR_BEFORE = 10


def wear(database: Database, budget: Budget, faults: Faults, tahun: int) -> None:
    """Add the stages of the year, the dirt of `budget.dirt`, and the faults."""
    tool = Wear(database, {table: [each.name for each in columns] for table, columns in schema().items()})
    dirt = budget.dirt
    good = f"active = 1 AND tahun_anggaran = {tahun}"
    shifted = dirt.later_pergeseran or faults.pergeseran_in_force
    locked = dirt.locked_penetapan or faults.pergeseran_in_force
    database.add_all("data_jadwal_lokal", _stages(tahun, locked, shifted, faults.pergeseran_in_force))
    database.finish()
    if dirt.several_mappings:
        tool.copy("data_mapping_sumberdana", f"{good} AND id % 10 = 0", id_sumber_dana=_LAST_DANA)
    if locked:
        _freeze(tool, good, rows.PENETAPAN, "{}")
    if dirt.later_pergeseran:
        _freeze(tool, f"{good} AND id % 10 = 3", rows.USULAN, "{} * 1.07")
        _freeze(tool, f"{good} AND id % 10 = 4", rows.PERGESERAN, "{} * 0.91")
    if dirt.other_year and not faults.wrong_year:
        database.add_all("data_jadwal_lokal", _stages(tahun - 1, True, True, True, _YEAR_BEFORE))
        database.finish()
        _other_year(tool, good, str(tahun - 1))
    if dirt.inactive_rows:
        _inactive(tool, good)
    _break(tool, budget, faults, good)


def _stages(tahun: int, locked: bool, shifted: bool, in_force: bool, plus: int = 0) -> list[Row]:
    stages = [
        rows.jadwal_row(plus + rows.RKPD, f"RKPD {tahun}", tahun, 7, id_tipe=rows.RENJA),
        rows.jadwal_row(plus + rows.USULAN, f"RAPBD {tahun}", tahun, 9),
        rows.jadwal_row(
            plus + rows.PENETAPAN,
            f"Penetapan APBD {tahun}",
            tahun,
            12,
            jenis_jadwal="penetapan",
            status=int(locked),
        ),
    ]
    pergeseran = rows.jadwal_row(
        plus + rows.PERGESERAN,
        f"Pergeseran APBD {tahun}",
        tahun,
        3,
        status=0,
        jenis_jadwal="penetapan" if in_force else "usulan",
        id_jadwal_pergeseran=plus + rows.PENETAPAN,
        status_jadwal_pergeseran="tampil" if in_force else "tidak_tampil",
    )
    return [*stages, pergeseran] if shifted else stages


def _freeze(tool: Wear, where: str, id_jadwal: int, money: str) -> None:
    """Copy current rows to the *_history tables of a stage, as wp-sipd does when a stage is locked."""
    for table, column in _FROZEN.items():
        # A stage without its sub kegiatan would be unreadable, so those are always copied whole.
        of_these = where.split(" AND id %")[0] if table == "data_sub_keg_bl" else where
        frozen = {"id_jadwal": str(id_jadwal), "id_asli": "id", column: money.format(column)}
        tool.copy(table, of_these, f"{table}_history", **frozen)


def _other_year(tool: Wear, good: str, year: str) -> None:
    for table in ("data_unit", "data_sub_keg_bl", "data_sumber_dana", "data_akun"):
        tool.copy(table, good, tahun_anggaran=year)
    for table, column in _AMOUNTS.items():
        tool.copy(table, f"{good} AND id % 10 < 2", tahun_anggaran=year, **{column: f"{column} * 3"})
    # The same rincian was paid from elsewhere last year.
    tool.copy("data_mapping_sumberdana", f"{good} AND id % 10 < 2", tahun_anggaran=year, id_sumber_dana="1")


def _inactive(tool: Wear, good: str) -> None:
    off = {"active": "0"}
    tool.copy("data_rka", f"{good} AND id % 50 = 0", **off, rincian="9000000000")
    tool.copy("data_pendapatan", f"{good} AND id % 5 = 0", **off, total="9000000000000")
    tool.copy("data_pembiayaan", f"{good} AND id % 5 = 0", **off, total="9000000000000")
    tool.copy("data_sub_keg_bl", f"{good} AND id % 20 = 0", **off, pagu="9000000000")
    tool.copy("data_unit", f"{good} AND id % 4 = 0", **off, nama_skpd="'Kantor Lama'", kode_skpd="'0'")
    tool.copy("data_sumber_dana", f"{good} AND id % 4 = 0", **off, nama_dana="'Dana Lama'", kode_dana="'9.9'")
    tool.copy("data_mapping_sumberdana", f"{good} AND id % 20 = 1", **off, id_sumber_dana="1")


def _break(tool: Wear, budget: Budget, faults: Faults, good: str) -> None:
    if faults.pergeseran_in_force:
        tool.change("data_rka", f"{good} AND id % 3 = 0", rincian="rincian * 0.75")
        tool.change("data_pendapatan", f"{good} AND id % 2 = 0", total="total * 1.25")
        tool.change("data_pembiayaan", f"{good} AND id % 2 = 0", total="total * 1.5")
    if faults.duplicate_kode_sbl:
        tool.copy("data_sub_keg_bl", f"{good} AND id = 2")
    if faults.orphan_rincian:
        tool.copy("data_rka", f"{good} AND id = 3", kode_sbl=f"'{_UNKNOWN_SBL}'", rincian="1234567")
    if faults.part_sen:
        # MariaDB rounds data_rka's DOUBLE(20,2) itself; data_pendapatan's plain DOUBLE keeps the part.
        tool.change("data_rka", f"{good} AND id = 4", rincian="rincian + 0.004")
        tool.change("data_pendapatan", f"{good} AND id = 1", total="total + 0.004")
    if faults.header_account:
        tool.change("data_rka", f"{good} AND id = 5", kode_akun="'5.1.02.01.01'")
    if faults.unmapped_skpd:
        _unmap(tool, good, rows.id_skpd(budget.pendapatan[0].skpd.utama))


def _unmap(tool: Wear, good: str, id_skpd: int) -> None:
    tool.change("data_unit", f"{good} AND id_unit = {id_skpd}", active="0")
    tool.change("data_sub_keg_bl", f"{good} AND id_skpd = {id_skpd}", kode_skpd="''", kode_sub_skpd="''")
