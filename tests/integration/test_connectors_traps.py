"""The traps of wp-sipd, on MariaDB and PostgreSQL."""

from __future__ import annotations

import pytest

from connectors.interface import Access
from tests.filled import in_server
from tests.sample_pemda import Budget, Faults
from tests.servers import Server
from tests.wp_sipd_traps import Filled, WpSipdTraps


class TestServers(WpSipdTraps):
    """Both servers walk around every trap."""

    @pytest.fixture(params=["mariadb_server", "postgresql_server"])
    def filled(self, request: pytest.FixtureRequest) -> Filled:
        server: Server = request.getfixturevalue(request.param)

        def fill(budget: Budget, faults: Faults) -> Access:
            return in_server(server, "wp-sipd", budget, faults)

        return fill
