"""The sample databases: both hold the budget's own lines, seen through every kind of dirt."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path

import pytest

from contract.budget.codes import has_shape, normal_kode_skpd
from contract.budget.line import Line
from sikd import reference
from tests.sample_pemda import Budget, Dirt, Faults, write_flat, write_wp_sipd
from tests.sample_pemda.__main__ import main
from tests.sample_pemda.wp_sipd_schema import schema

Key = tuple[str, ...]

BUDGET = Budget("11.10", 2026, 1500)

# Readings written for these tests alone: plain, slow and obviously right.
_WP_SIPD = """
SELECT p.kode_skpd, u.kode_skpd, '', '', '', '', x.kode_akun, '', x.total
FROM (SELECT id_skpd, kode_akun, total FROM data_pendapatan{h}
      WHERE active = 1 AND tahun_anggaran = :tahun {j}
      UNION ALL
      SELECT id_skpd, kode_akun, total FROM data_pembiayaan{h}
      WHERE active = 1 AND tahun_anggaran = :tahun {j}) x
LEFT JOIN data_unit u ON u.id_skpd = x.id_skpd AND u.active = 1 AND u.tahun_anggaran = :tahun
LEFT JOIN data_unit p ON p.id_skpd = u.id_unit AND p.active = 1 AND p.tahun_anggaran = :tahun
UNION ALL
SELECT s.kode_skpd, s.kode_sub_skpd, s.kode_bidang_urusan, s.kode_program, s.kode_giat, s.kode_sub_giat,
       r.kode_akun, COALESCE(d.kode_dana, r.kode_dana), r.rincian
FROM data_rka{h} r
JOIN data_sub_keg_bl{h} s ON s.kode_sbl = r.kode_sbl AND s.active = 1 AND s.tahun_anggaran = :tahun {sj}
LEFT JOIN (SELECT id_rinci_sub_bl, MIN(id_sumber_dana) AS id_sumber_dana FROM data_mapping_sumberdana
           WHERE active = 1 AND tahun_anggaran = :tahun GROUP BY id_rinci_sub_bl) m
       ON m.id_rinci_sub_bl = r.id_rinci_sub_bl
LEFT JOIN data_sumber_dana d ON d.id_dana = m.id_sumber_dana AND d.active = 1 AND d.tahun_anggaran = :tahun
WHERE r.active = 1 AND r.tahun_anggaran = :tahun {rj}
"""
CURRENT = _WP_SIPD.format(h="", j="", sj="", rj="")
PENETAPAN = _WP_SIPD.format(
    h="_history", j="AND id_jadwal = 3", sj="AND s.id_jadwal = r.id_jadwal", rj="AND r.id_jadwal = 3"
)
FLAT = """
SELECT kode_skpd, kode_unit_skpd, kode_bidang_urusan, kode_program, kode_kegiatan, kode_sub_kegiatan,
       kode_rekening, kode_sumber_dana, nilai
FROM apbd_rincian WHERE tahun = :tahun AND tahapan = 'murni' AND aktif = 1
"""


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as opened:
        yield opened


def read(connection: sqlite3.Connection, query: str, tahun: int = 2026) -> dict[Key, int]:
    summed: Counter[Key] = Counter()
    for row in connection.execute(query, {"tahun": tahun}):
        codes = [(code or "").strip().rstrip(".") for code in row[:8]]
        codes[:2] = map(normal_kode_skpd, codes[:2])
        codes[7] = codes[7] if has_shape("kode_sumber_dana", codes[7]) else ""
        summed[tuple(codes)] += round(row[8] * 100)
    return dict(summed)


def truth(budget: Budget) -> dict[Key, int]:
    return {line[:8]: line.nilai_anggaran.sen for line in budget.lines()}


def only(kind: str) -> Dirt:
    return replace(Dirt.none(), **{kind: True})


KINDS = [each.name for each in fields(Dirt)]


@pytest.mark.parametrize(
    "dirt", [Dirt.none(), *map(only, KINDS), Dirt.typical()], ids=["none", *KINDS, "typical"]
)
def test_wp_sipd_holds_the_lines_of_the_budget_through_any_dirt(
    connection: sqlite3.Connection, dirt: Dirt
) -> None:
    budget = replace(BUDGET, dirt=dirt)

    write_wp_sipd(connection, budget)

    assert read(connection, CURRENT) == truth(budget)


@pytest.mark.parametrize(
    "dirt", [Dirt.none(), *map(only, KINDS), Dirt.typical()], ids=["none", *KINDS, "typical"]
)
def test_the_flat_table_holds_the_same_lines(connection: sqlite3.Connection, dirt: Dirt) -> None:
    budget = replace(BUDGET, dirt=dirt)

    write_flat(connection, budget)

    assert read(connection, FLAT) == truth(budget)


@pytest.mark.parametrize("write", [write_wp_sipd, write_flat])
def test_the_same_budget_gives_the_same_bytes(write: Callable[..., None], tmp_path: Path) -> None:
    for name in ("first.db", "second.db"):
        with closing(sqlite3.connect(tmp_path / name)) as opened:
            write(opened, replace(BUDGET, jumlah_rincian=500))

    assert (tmp_path / "first.db").read_bytes() == (tmp_path / "second.db").read_bytes()


def test_every_table_has_every_column_of_wp_sipd(connection: sqlite3.Connection) -> None:
    write_wp_sipd(connection, replace(BUDGET, jumlah_rincian=500))

    for table, columns in schema().items():
        written = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        assert written == [column.name for column in columns]
    assert len(schema()) == 21


# What each kind of dirt must leave behind, so that a switch that does nothing is noticed.
_TRACES = {
    "inactive_rows": "SELECT COUNT(*) FROM data_rka WHERE active = 0 AND rincian > 1e9",
    "code_prefixed_names": "SELECT COUNT(*) FROM data_sub_keg_bl WHERE nama_program LIKE '1.01.%PROGRAM %'",
    "ragged_codes": "SELECT COUNT(*) FROM data_rka WHERE kode_akun LIKE '% ' OR kode_akun LIKE '%.'",
    "ragged_names": "SELECT COUNT(*) FROM data_rka WHERE nama_akun LIKE '%  %'",
    "two_names": """SELECT COUNT(*) FROM (SELECT kode_program FROM data_sub_keg_bl
                    GROUP BY kode_program HAVING COUNT(DISTINCT nama_program) > 1)""",
    "blank_sumber_dana": """SELECT COUNT(*) FROM data_rka r WHERE TRIM(COALESCE(kode_dana, '')) = ''
                            AND id_rinci_sub_bl NOT IN (SELECT id_rinci_sub_bl
                                                        FROM data_mapping_sumberdana)""",
    "free_text_sumber_dana": "SELECT COUNT(*) FROM data_rka WHERE kode_dana = 'pad '",
    "several_mappings": """SELECT COUNT(*) FROM (SELECT 1 FROM data_mapping_sumberdana
                           GROUP BY id_rinci_sub_bl HAVING COUNT(*) > 1)""",
    "unit_income": """SELECT COUNT(*) FROM data_pendapatan p JOIN data_unit u ON u.id_skpd = p.id_skpd
                      WHERE u.is_skpd = 0""",
    "other_year": "SELECT COUNT(*) FROM data_rka WHERE tahun_anggaran = 2025",
    "later_pergeseran": "SELECT COUNT(*) FROM data_rka_history WHERE id_jadwal = 4",
    "locked_penetapan": "SELECT COUNT(*) FROM data_rka_history WHERE id_jadwal = 3",
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_dirt_is_there_when_switched_on_and_only_then(kind: str) -> None:
    found = []
    for dirt in (Dirt.none(), only(kind)):
        with closing(sqlite3.connect(":memory:")) as opened:
            write_wp_sipd(opened, replace(BUDGET, dirt=dirt))
            found.append(opened.execute(_TRACES[kind]).fetchone()[0])

    assert found[0] == 0
    assert found[1] > 0


def test_the_columns_that_say_murni_lie_once_a_pergeseran_was_prepared(
    connection: sqlite3.Connection,
) -> None:
    write_wp_sipd(connection, BUDGET)

    honest = connection.execute("SELECT COUNT(*) FROM data_rka WHERE active = 1 AND rincian = rincian_murni")
    assert honest.fetchone()[0] < 10


def test_in_a_pergeseran_the_current_rows_are_not_murni_but_those_of_the_penetapan_are(
    connection: sqlite3.Connection,
) -> None:
    write_wp_sipd(connection, BUDGET, faults=Faults(pergeseran_in_force=True))

    stages = connection.execute(
        """SELECT id_jadwal_lokal FROM data_jadwal_lokal
           WHERE tahun_anggaran = 2026 AND status_jadwal_pergeseran = 'tampil'"""
    ).fetchall()
    assert stages == [(4,)]
    assert sum(read(connection, CURRENT).values()) != sum(truth(BUDGET).values())
    assert read(connection, PENETAPAN) == truth(BUDGET)


def faulty(fault: str, write: Callable[..., None] = write_wp_sipd) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    write(connection, BUDGET, faults=Faults(**{fault: True}))  # type: ignore[arg-type]
    return connection


def test_a_duplicate_kode_sbl_doubles_its_money() -> None:
    with closing(faulty("duplicate_kode_sbl")) as connection:
        surplus = sum(read(connection, CURRENT).values()) - sum(truth(BUDGET).values())

    assert surplus > 0


def test_an_orphan_rincian_is_invisible_to_a_join() -> None:
    with closing(faulty("orphan_rincian")) as connection:
        seen = read(connection, CURRENT)
        alone = connection.execute(
            """SELECT COUNT(*), SUM(rincian) FROM data_rka WHERE active = 1 AND tahun_anggaran = 2026
               AND kode_sbl NOT IN (SELECT kode_sbl FROM data_sub_keg_bl)"""
        ).fetchone()

    assert seen == truth(BUDGET)
    assert alone == (1, 1234567.0)


def test_a_header_account_has_too_few_levels() -> None:
    for write, query in ((write_wp_sipd, CURRENT), (write_flat, FLAT)):
        with closing(faulty("header_account", write)) as connection:
            headers = [key for key in read(connection, query) if not has_shape("kode_rekening", key[6])]

        assert [key[6] for key in headers] == ["5.1.02.01.01"]


def test_part_of_a_sen_survives_where_the_column_can_hold_it() -> None:
    for write, query in (
        (write_wp_sipd, "SELECT total FROM data_pendapatan WHERE id = 1"),
        (write_flat, "SELECT nilai FROM apbd_rincian WHERE kode_rekening LIKE '5%' ORDER BY id LIMIT 1"),
    ):
        with closing(faulty("part_sen", write)) as connection:
            amount = connection.execute(query).fetchone()[0]

        assert 0.3 < round(amount * 100, 1) % 1 < 0.5


def test_an_unmapped_skpd_leaves_lines_without_a_code() -> None:
    for write, query in ((write_wp_sipd, CURRENT), (write_flat, FLAT)):
        with closing(faulty("unmapped_skpd", write)) as connection:
            nameless = [key for key in read(connection, query) if key[0] == ""]

        assert nameless


def test_with_the_wrong_year_nothing_is_there_for_the_right_one() -> None:
    for write, query in ((write_wp_sipd, CURRENT), (write_flat, FLAT)):
        with closing(faulty("wrong_year", write)) as connection:
            assert read(connection, query) == {}
            assert read(connection, query, tahun=2025) == truth(BUDGET)


def test_an_empty_database_has_its_tables_and_no_row() -> None:
    for write, query in ((write_wp_sipd, CURRENT), (write_flat, FLAT)):
        with closing(faulty("empty_database", write)) as connection:
            assert read(connection, query) == {}


def test_a_missing_table_is_missing(connection: sqlite3.Connection) -> None:
    write_wp_sipd(connection, BUDGET, faults=Faults(missing_table="data_mapping_sumberdana"))

    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        read(connection, CURRENT)


def test_the_command_fills_a_database_and_says_what_it_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "contoh.db"

    status = main(
        ["--pemda", "jepara", "--rincian", "500", "--url", f"sqlite:///{target}", "--application", "flat"]
    )

    assert status == 0
    said = capsys.readouterr().out
    assert "Kabupaten Jepara 2026" in said
    assert str(reference.posture("11.10").belanja) in said  # type: ignore[union-attr]
    with closing(sqlite3.connect(target)) as opened:
        assert sum(read(opened, FLAT).values()) > 0


@pytest.mark.parametrize("wrong", [["--pemda", "bandung"], ["--pemda", "tidak ada"], ["--rincian", "3"]])
def test_the_command_refuses_what_it_cannot_draw(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*wrong, "--url", "sqlite://"])

    assert stopped.value.code == 2


def test_lines_are_lines_of_the_contract() -> None:
    assert all(isinstance(line, Line) for line in replace(BUDGET, jumlah_rincian=500).lines())
