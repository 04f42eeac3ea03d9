"""MariaDB and PostgreSQL, with both applications, do what every connector must do."""

from __future__ import annotations

import pytest

from connectors.interface import Connector
from connectors.registry import connect
from tests.fakes.connector_conformance import ConnectorConformance, Expected
from tests.filled import in_server
from tests.sample_pemda import Budget
from tests.servers import Server

WHERE = [
    (engine, application)
    for engine in ("mariadb_server", "postgresql_server")
    for application in ("wp-sipd", "generic")
]


@pytest.fixture(scope="module")
def budget() -> Budget:
    return Budget(jumlah_rincian=1500)


@pytest.fixture(scope="module")
def expected(budget: Budget) -> Expected:
    return Expected.of(budget)


@pytest.fixture(scope="module", params=WHERE, ids="-".join)
def connector(request: pytest.FixtureRequest, budget: Budget) -> Connector:
    engine, application = request.param
    server: Server = request.getfixturevalue(engine)
    return connect(in_server(server, application, budget))


class TestServers(ConnectorConformance):
    """Each engine with each application."""
