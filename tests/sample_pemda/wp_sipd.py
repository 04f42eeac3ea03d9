"""Writing a budget into the tables of wp-sipd, as a Pemda's server would hold them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.sample_pemda import wp_sipd_rows as rows
from tests.sample_pemda.belanja import Activity, Rincian
from tests.sample_pemda.budget import Budget
from tests.sample_pemda.database import Database, DbApiConnection
from tests.sample_pemda.dirt import Faults
from tests.sample_pemda.organisation import Skpd
from tests.sample_pemda.pen import Pen
from tests.sample_pemda.wp_sipd_schema import schema
from tests.sample_pemda.wp_sipd_wear import wear

_KEYS = {"data_jadwal_lokal": "id_jadwal_lokal"}

Progress = Callable[[int], None]


def _silent(_written: int) -> None:
    """Say nothing."""


def write_wp_sipd(
    connection: DbApiConnection,
    budget: Budget,
    *,
    faults: Faults | None = None,
    progress: Progress = _silent,
) -> None:
    """Make the tables of wp-sipd anew and fill them; `connection` is of sqlite3, pymysql or psycopg."""
    faults = faults or Faults()
    database = Database(connection)
    _create(database)
    if not faults.empty_database:
        tahun = budget.tahun - 1 if faults.wrong_year else budget.tahun
        _fill(database, budget, tahun, progress)
        database.finish()
        wear(database, budget, faults, tahun)
    if faults.missing_table:
        database.run(f"DROP TABLE {database.dialect.named(faults.missing_table)}")
    database.settle()


def _create(database: Database) -> None:
    for table, columns in schema().items():
        database.create(table, columns, _KEYS.get(table, "id"))


def _fill(database: Database, budget: Budget, tahun: int, progress: Progress) -> None:
    pen = Pen(budget.dirt)
    database.add("data_pengaturan_sipd", rows.settings_row(budget.pemda, tahun))
    database.add_all("data_tipe_perencanaan", rows.tipe_rows())
    database.add_all("data_akun", rows.akun_rows(tahun))
    database.add_all("data_sumber_dana", rows.sumber_dana_rows(tahun))
    database.add_all("data_pendapatan", (rows.pos_row(pos, pen, tahun) for pos in budget.pendapatan))
    for kind in ("penerimaan", "pengeluaran"):
        pembiayaan = getattr(budget, f"{kind}_pembiayaan")
        database.add_all(
            "data_pembiayaan", ({**rows.pos_row(pos, pen, tahun), "type": kind} for pos in pembiayaan)
        )
    written = 0
    for skpd in budget.skpd:
        written += _fill_skpd(database, skpd, budget.activities(skpd), pen, tahun)
        progress(written)


def _fill_skpd(
    database: Database,
    skpd: Skpd,
    activities: Iterable[tuple[Activity, Iterable[Rincian]]],
    pen: Pen,
    tahun: int,
) -> int:
    written = 0
    database.add_all("data_unit", (rows.unit_row(skpd, unit, tahun) for unit in skpd.units))
    for activity, items in activities:
        pagu = 0
        for item in items:
            database.add("data_rka", rows.rka_row(item, pen, tahun))
            if rows.is_mapped(item):
                database.add("data_mapping_sumberdana", rows.mapping_row(item, tahun))
            pagu += item.sen
            written += 1
        database.add("data_sub_keg_bl", rows.sub_keg_row(activity, pagu, pen, tahun))
    return written
