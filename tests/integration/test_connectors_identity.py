"""One budget is one string of bytes, whichever engine holds it and whichever application wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.engine import Engine
from connectors.interface import Access, ConnectorError
from connectors.normalise import as_text
from connectors.registry import engine
from connectors.session import Session
from contract.budget.segment import encode_names
from tests.filled import in_server, in_sqlite
from tests.sample_pemda import Budget, Dirt
from tests.servers import Server
from tests.servers.mariadb import MariaDb
from tests.servers.postgresql import Postgresql
from tests.whole_reading import Whole, read_whole

# Of a code with two names the more frequent travels, and the two applications repeat names differently.
BUDGET = Budget(jumlah_rincian=1500, dirt=replace(Dirt.typical(), two_names=False))
APPLICATIONS = ("wp-sipd", "generic")
SEN = st.integers(0, 10**15).map(lambda thousandths: Decimal(thousandths) / 1000)


def test_six_databases_of_one_budget_give_identical_bytes(
    mariadb_server: MariaDb, postgresql_server: Postgresql, tmp_path: Path
) -> None:
    accesses = [
        in_server(server, application, BUDGET)
        for server in (mariadb_server, postgresql_server)
        for application in APPLICATIONS
    ]
    accesses += [in_sqlite(tmp_path / f"{name}.db", name, BUDGET) for name in APPLICATIONS]

    wholes = [read_whole(access) for access in accesses]

    assert {whole.totals for whole in wholes} == {BUDGET.totals}
    assert len({bytes_of(whole) for whole in wholes}) == 1


def bytes_of(whole: Whole) -> bytes:
    return b"".join([encode_names(whole.names).plain, *whole.segments.values()])


@pytest.fixture(scope="module", params=["mariadb_server", "postgresql_server"])
def access(request: pytest.FixtureRequest) -> Access:
    server: Server = request.getfixturevalue(request.param)
    return in_server(server, "generic", Budget(jumlah_rincian=500, dirt=Dirt.none()))


@pytest.fixture(scope="module")
def known(access: Access) -> Engine:
    return engine(access.engine)


@pytest.fixture(scope="module")
def session(access: Access, known: Engine) -> Iterator[Session]:
    with known.open(access) as opened:
        yield opened


@pytest.mark.parametrize("as_double", [True, False])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amounts=st.lists(SEN, min_size=1, max_size=20))
def test_every_amount_is_rounded_by_itself_half_up(
    as_double: bool, amounts: list[Decimal], session: Session, known: Engine
) -> None:
    double = {"mysql": "{} + 0e0", "postgresql": "CAST({} AS double precision)"}[known.name]
    written = [(double if as_double else "{}").format(amount) for amount in amounts]
    rows = " UNION ALL ".join(f"SELECT {amount} AS nilai" for amount in written)

    (sen,) = session.one(f"SELECT {known.sen('nilai')} FROM ({rows}) t")  # noqa: S608 - our own numbers

    assert sen == sum(int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP)) for amount in amounts)


def test_the_fast_road_hands_out_the_rows_of_the_plain_one(session: Session, known: Engine) -> None:
    keys = [known.binary("kode_unit_skpd"), known.binary("kode_sub_kegiatan"), known.binary("nama_rekening")]
    source, values = "FROM apbd_rincian WHERE tahun = :tahun", {"tahun": 2026}

    fast = session.rows(f"SELECT {known.joined([*keys, 'id'])} {source}", values)
    texts = [tuple(map(as_text, row)) for row in fast]

    plain = session.all(f"SELECT {', '.join(keys)}, id {source}", values)
    assert len(texts) > 500
    assert sorted(texts) == sorted(tuple(map(as_text, row)) for row in plain)


@pytest.mark.parametrize("text", ["a\tb", "a\nb", "a\\b", "\\N", "é", "", None])
def test_the_fast_road_keeps_every_text(text: str | None, session: Session, known: Engine) -> None:
    sql = f"SELECT {known.joined([known.binary(':tahapan'), '1'])}"

    ((found, one),) = session.rows(sql, {"tahapan": text})

    assert (as_text(found), int(one)) == (text or "", 1)


def test_no_road_runs_a_second_statement(access: Access, known: Engine) -> None:
    for road in (Session.rows, Session.all, Session.named):
        with pytest.raises(ConnectorError), known.open(access) as session:
            list(road(session, "SELECT 1; SELECT 2"))


def test_a_part_of_a_sen_is_counted_and_a_whole_one_is_not(session: Session, known: Engine) -> None:
    double = {"mysql": "{} + 0e0", "postgresql": "CAST({} AS double precision)"}[known.name]
    residues = [
        session.one(f"SELECT {known.residue(written)}")[0]
        for amount in ("74600000000000.25", "0.07", "1.004", "1.005", "0.3")
        for written in (amount, double.format(amount))
    ]

    assert residues == [0, 0, 0, 0, 40, 40, 50, 50, 0, 0]


def test_texts_that_a_collation_would_merge_stay_apart(session: Session, known: Engine) -> None:
    rows = " UNION ALL ".join(f"SELECT '{text}' AS dana" for text in ("PAD", "Pad", "pad", "pad ", "pàd"))
    key = known.binary("t.dana")

    found = session.all(f"SELECT {key}, COUNT(*) FROM ({rows}) t GROUP BY {key}")  # noqa: S608 - our own texts

    assert [count for _, count in found] == [1, 1, 1, 1, 1]
