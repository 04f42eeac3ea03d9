"""Both applications in SQLite do what every connector must do."""

from __future__ import annotations

import pytest

from connectors.interface import Connector
from connectors.registry import connect
from tests.fakes.connector_conformance import ConnectorConformance, Expected
from tests.filled import in_sqlite
from tests.sample_pemda import Budget

APPLICATIONS = ("wp-sipd", "generic")


@pytest.fixture(scope="module")
def budget() -> Budget:
    return Budget(jumlah_rincian=1500)


@pytest.fixture(scope="module")
def expected(budget: Budget) -> Expected:
    return Expected.of(budget)


@pytest.fixture(scope="module", params=APPLICATIONS)
def connector(
    request: pytest.FixtureRequest, budget: Budget, tmp_path_factory: pytest.TempPathFactory
) -> Connector:
    file = tmp_path_factory.mktemp("database") / "apbd.db"
    return connect(in_sqlite(file, request.param, budget))


class TestSqlite(ConnectorConformance):
    """SQLite, with both applications."""
