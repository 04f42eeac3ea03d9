"""Servers as fixtures of a whole test session; a test that needs one says so by its argument."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import mariadb, postgresql, squid, tinyproxy
from tests.servers.mariadb import MariaDb
from tests.servers.postgresql import Postgresql


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[MariaDb]:
    """A MariaDB server."""
    if mariadb.server_program() is None:
        pytest.skip("MariaDB is not installed; `make setup-test` installs it")
    server = MariaDb.started()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Postgresql]:
    """A PostgreSQL server."""
    if postgresql.server_program() is None:
        pytest.skip("PostgreSQL is not installed; `make setup-test` installs it")
    server = Postgresql.started()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def forward_proxies() -> None:
    """The programs of `tests.servers.squid` and `tests.servers.tinyproxy` are there."""
    if squid.server_program() is None or tinyproxy.server_program() is None:
        pytest.skip("squid or tinyproxy is not installed; `make setup-test` installs them")
