"""Reading SQLite: one instant, nothing written, every sen counted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.engines.sqlite import ENGINE
from connectors.interface import (
    Access,
    ConnectorError,
    DatabaseUnreachable,
    SourceContradicts,
    TableMissing,
    UnknownSource,
)
from connectors.registry import connect
from connectors.session import Session
from tests.fakes.connector_conformance import Expected
from tests.filled import in_sqlite
from tests.sample_pemda import Budget, Dirt
from tests.whole_reading import read_whole

BUDGET = Budget(jumlah_rincian=600, dirt=Dirt.none())


@pytest.fixture
def access(tmp_path: Path) -> Access:
    return in_sqlite(tmp_path / "apbd.db", "generic", BUDGET)


@pytest.fixture
def session(access: Access) -> Iterator[Session]:
    with ENGINE.open(access) as opened:
        yield opened


def run(access: Access, *statements: str) -> None:
    with closing(sqlite3.connect(access.database)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_what_is_written_while_reading_is_not_seen(access: Access) -> None:
    run(access, "PRAGMA journal_mode = WAL")

    with connect(access).reading(2026) as reading:
        run(access, "UPDATE apbd_rincian SET nilai = nilai * 2")
        segments = dict(reading.skpd())

    assert len(segments) == len(BUDGET.skpd)
    assert read_whole(access).totals == BUDGET.totals + BUDGET.totals


def test_nothing_can_be_written(session: Session) -> None:
    with pytest.raises(ConnectorError, match="readonly"):
        session.run("DELETE FROM apbd_rincian")


def test_only_one_result_is_open_at_a_time(session: Session) -> None:
    first = session.rows("SELECT 1")
    next(first)

    with pytest.raises(RuntimeError, match="still open"):
        next(session.rows("SELECT 2"))


def test_the_next_result_opens_once_the_last_was_closed(session: Session) -> None:
    first = session.rows("SELECT id FROM apbd_rincian")
    next(first)
    first.close()

    assert session.one("SELECT 2") == (2,)


def test_a_query_that_returns_far_too_many_rows_is_stopped(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_max_rows", 100)

    with pytest.raises(SourceContradicts, match="more than 100 rows"):
        session.all("SELECT id FROM apbd_rincian")


def test_a_query_may_ask_only_for_values_that_the_agent_knows(session: Session) -> None:
    with pytest.raises(UnknownSource, match=":bulan"):
        session.all("SELECT :bulan", {"tahun": 2026})


def test_a_file_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    missing = Access("wp-sipd", "sqlite", str(tmp_path / "tidak-ada.db"))

    with pytest.raises(DatabaseUnreachable, match=r"tidak-ada\.db cannot be opened"):
        read_whole(missing)


def test_a_file_that_is_no_database_is_unreachable(tmp_path: Path) -> None:
    (tmp_path / "catatan.txt").write_text("bukan basis data " * 100)

    with pytest.raises(DatabaseUnreachable, match="not a database"):
        read_whole(Access("wp-sipd", "sqlite", str(tmp_path / "catatan.txt")))


def test_a_column_that_is_not_there_is_named(access: Access) -> None:
    run(access, "ALTER TABLE apbd_rincian RENAME COLUMN kode_skpd TO kd_skpd")

    with pytest.raises(TableMissing, match="apbd_rincian lacks kode_skpd"):
        read_whole(access)


def test_names_of_old_windows_programs_are_read(access: Access) -> None:
    kode = BUDGET.skpd[0].kode
    with closing(sqlite3.connect(access.database)) as connection:
        name = "Balai Café".encode("cp1252")
        connection.execute(
            "UPDATE apbd_rincian SET nama_skpd = CAST(? AS TEXT) WHERE kode_skpd = ?", (name, kode)
        )
        connection.commit()

    names = {(name.kind, name.kode): name.nama for name in read_whole(access).names}

    assert names["skpd", kode] == "Balai Café"  # type: ignore[index] # a NameKind is its text


def test_rows_in_two_written_forms_of_one_kode_skpd_meet(access: Access) -> None:
    kode = BUDGET.skpd[1].kode
    one, two, three, four, five = kode[:4], kode[5:9], kode[10:14], kode[15:17], kode[18:]
    dashed = ".".join([*(part.replace(".", "-") for part in (one, two, three)), four, five])
    half = f"kode_skpd = '{kode}' AND id % 2 = 0"
    run(access, f"UPDATE apbd_rincian SET kode_skpd = '{dashed}' WHERE {half}")  # noqa: S608 - our own codes

    whole = read_whole(access)

    assert whole.segments == Expected.of(BUDGET).segments
    assert "code_was_normalised" in whole.rules()


def test_keys_that_differ_in_case_alone_are_not_merged_by_the_column(tmp_path: Path) -> None:
    written = Budget(jumlah_rincian=600, dirt=Dirt(free_text_sumber_dana=True))
    access = in_sqlite(tmp_path / "apbd.db", "generic", written)
    run(access, "ALTER TABLE apbd_rincian RENAME COLUMN kode_sumber_dana TO lama",
        "ALTER TABLE apbd_rincian ADD COLUMN kode_sumber_dana TEXT COLLATE NOCASE",
        "UPDATE apbd_rincian SET kode_sumber_dana = lama")  # fmt: skip

    texts = {finding.values.get("text", "") for finding in read_whole(access).findings}

    assert {text for text in texts if text.lower() == "pad"} == {"PAD", "Pad", "pad"}


def test_a_stage_can_be_fixed_by_the_operator(access: Access, tmp_path: Path) -> None:
    source = tmp_path / "sumber"
    source.mkdir()
    for file in Path(access.options["folder"]).iterdir():
        if file.name != "tahapan.sql":
            (source / file.name).write_text(file.read_text())
    with (source / "source.toml").open("a") as description:
        description.write('[stage]\nkode = "murni"\nnama = "APBD Murni"\nevidence = "Perda 9/2025"\n')

    whole = read_whole(replace(access, options={"folder": str(source)}))

    assert (whole.facts.stage.nama, whole.facts.stage.evidence) == ("APBD Murni", "Perda 9/2025")
    assert whole.segments == Expected.of(BUDGET).segments


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 10**15).map(lambda tenths: Decimal(tenths) / 1000), min_size=1, max_size=30))
def test_every_amount_is_rounded_by_itself_half_up(session: Session, amounts: list[Decimal]) -> None:
    rows = " UNION ALL ".join(f"SELECT CAST('{amount}' AS REAL) AS nilai" for amount in amounts)

    (sen,) = session.one(f"SELECT {ENGINE.sen('nilai')} FROM ({rows}) t")  # noqa: S608 - our own numbers

    assert sen == sum(int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP)) for amount in amounts)
