"""Writing a budget into one flat table, as a Pemda keeps it that loads exports into a table of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sample_pemda.belanja import Activity, Rincian, activity_names
from tests.sample_pemda.budget import Budget
from tests.sample_pemda.database import Column, Database, DbApiConnection, Row, Value
from tests.sample_pemda.dirt import Faults
from tests.sample_pemda.pen import Pen
from tests.sample_pemda.pendapatan import Pos
from tests.sample_pemda.wear import Wear

TABLE = "apbd_rincian"
MURNI, PERGESERAN = "murni", "pergeseran 1"

_CODED = (
    "skpd",
    "unit_skpd",
    "bidang_urusan",
    "program",
    "kegiatan",
    "sub_kegiatan",
    "rekening",
    "sumber_dana",
)
_COLUMNS = (
    Column("id", "INT(11)"),
    Column("tahun", "INT(11)"),
    Column("tahapan", "VARCHAR(50)"),
    *(
        column
        for each in _CODED
        for column in (Column(f"kode_{each}", "VARCHAR(50)"), Column(f"nama_{each}", "TEXT"))
    ),
    Column("uraian", "TEXT"),
    Column("nilai", "DECIMAL(20,2)"),
    Column("aktif", "SMALLINT(6)"),
)
_FINE = Column("nilai", "DECIMAL(22,4)")
_NO_ACTIVITY: dict[str, Value] = {
    f"{kind}_{each}": None for each in _CODED[2:6] for kind in ("kode", "nama")
}  # fmt: skip


def _silent(_written: int) -> None:
    """Say nothing."""


def write_flat(
    connection: DbApiConnection,
    budget: Budget,
    *,
    faults: Faults | None = None,
    progress: Callable[[int], Any] = _silent,
) -> None:
    """Make the table `apbd_rincian` anew and fill it; `connection` is one of sqlite3, pymysql or psycopg."""
    faults = faults or Faults()
    database = Database(connection)
    columns = [_FINE if faults.part_sen and each.name == "nilai" else each for each in _COLUMNS]
    database.create(TABLE, columns, "id")
    if not faults.empty_database:
        tahun = budget.tahun - 1 if faults.wrong_year else budget.tahun
        _fill(database, budget, tahun, progress)
        database.finish()
        _wear(Wear(database, {TABLE: [each.name for each in columns]}), budget, faults, tahun)
    if faults.missing_table == TABLE:
        database.run(f"DROP TABLE {database.dialect.named(TABLE)}")
    database.settle()


def _fill(database: Database, budget: Budget, tahun: int, progress: Callable[[int], Any]) -> None:
    pen = Pen(budget.dirt)
    for pos in (*budget.pendapatan, *budget.penerimaan_pembiayaan, *budget.pengeluaran_pembiayaan):
        database.add(TABLE, _pos_row(pos, pen, tahun))
    written = 0
    for skpd in budget.skpd:
        for activity, items in budget.activities(skpd):
            fixed = _activity_columns(activity, pen, tahun)
            for item in items:
                database.add(TABLE, _rincian_row(item, fixed, pen, tahun))
                written += 1
        progress(written)


def _pos_row(pos: Pos, pen: Pen, tahun: int) -> Row:
    at = pos.nomor
    return {
        "tahun": tahun,
        "tahapan": MURNI,
        "kode_skpd": pos.skpd.kode,
        "nama_skpd": pen.name(pos.skpd.kode, pos.skpd.nama, at),
        "kode_unit_skpd": pos.unit.kode,
        "nama_unit_skpd": pen.name(pos.unit.kode, pos.unit.nama, at),
        **_NO_ACTIVITY,
        "kode_rekening": pen.code(pos.akun.kode, at),
        "nama_rekening": pen.name(pos.akun.kode, pos.akun.nama, at),
        "kode_sumber_dana": None,
        "nama_sumber_dana": None,
        "uraian": f"Uraian {at:03d}",
        "nilai": _decimal(pos.sen),
        "aktif": 1,
    }


def _activity_columns(activity: Activity, pen: Pen, tahun: int) -> dict[str, Value]:
    columns: dict[str, Value] = {"tahun": tahun, "tahapan": MURNI}
    for at, ((kind, kode), nama) in enumerate(activity_names(activity, tahun).items(), activity.nomor):
        columns[f"kode_{kind}"] = pen.code(kode, at)
        columns[f"nama_{kind}"] = pen.name(kode, nama, at)
    return columns


def _rincian_row(item: Rincian, fixed: dict[str, Value], pen: Pen, tahun: int) -> Row:
    at = item.nomor
    dana = item.dana
    return {
        **fixed,
        "kode_rekening": pen.code(item.akun.kode, at),
        "nama_rekening": pen.name(item.akun.kode, item.akun.nama, at),
        "kode_sumber_dana": pen.code(dana.kode, at + 1) if dana.kode else dana.tertulis,
        "nama_sumber_dana": dana.nama,
        "uraian": f"Komponen {at % 997:03d}",
        "nilai": _decimal(item.sen),
        "aktif": 1,
    }


def _decimal(sen: int) -> str:
    return f"{sen // 100}.{sen % 100:02d}"


def _wear(tool: Wear, budget: Budget, faults: Faults, tahun: int) -> None:
    good = f"aktif = 1 AND tahun = {tahun} AND tahapan = '{MURNI}'"
    dirt = budget.dirt
    if dirt.later_pergeseran or faults.pergeseran_in_force:
        tool.copy(TABLE, good, tahapan=f"'{PERGESERAN}'", nilai="nilai * 2")
    if dirt.other_year and not faults.wrong_year:
        tool.copy(TABLE, f"{good} AND id % 10 < 2", tahun=str(tahun - 1), nilai="nilai * 3")
    if dirt.inactive_rows:
        tool.copy(TABLE, f"{good} AND id % 50 = 0", aktif="0", nilai="9000000000")
    _break(tool, budget, faults, good)


def _break(tool: Wear, budget: Budget, faults: Faults, good: str) -> None:
    belanja = f"{good} AND kode_rekening LIKE '5%'"
    first = (
        len(budget.pendapatan) + len(budget.penerimaan_pembiayaan) + len(budget.pengeluaran_pembiayaan) + 1
    )
    if faults.part_sen:
        tool.change(TABLE, f"{belanja} AND id = {first}", nilai="nilai + 0.004")
    if faults.header_account:
        tool.change(TABLE, f"{belanja} AND id = {first + 1}", kode_rekening="'5.1.02.01.01'")
    if faults.unmapped_skpd:
        kode = budget.pendapatan[0].skpd.kode
        tool.change(TABLE, f"{good} AND kode_skpd LIKE '{kode}%'", kode_skpd="NULL", kode_unit_skpd="NULL")
