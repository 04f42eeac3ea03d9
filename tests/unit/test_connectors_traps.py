"""The traps of wp-sipd, in SQLite."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.interface import Access
from tests.filled import in_sqlite
from tests.sample_pemda import Budget, Faults
from tests.wp_sipd_traps import Filled, WpSipdTraps


class TestSqlite(WpSipdTraps):
    """SQLite walks around every trap."""

    @pytest.fixture
    def filled(self, tmp_path: Path) -> Filled:
        def fill(budget: Budget, faults: Faults) -> Access:
            number = len(list(tmp_path.iterdir()))
            return in_sqlite(tmp_path / f"{number}.db", "wp-sipd", budget, faults)

        return fill
