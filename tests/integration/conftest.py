"""The centre as a fixture, on SQLite and on PostgreSQL: what holds on one holds on the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.centre_in_process import CentreInProcess, centre_in_process
from tests.sample_pemda import Budget


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'sikd.db'}"
    server = request.getfixturevalue("postgresql_server")
    url: str = server.url(server.create_database())
    return url


@pytest.fixture
def centre(tmp_path: Path, database_url: str) -> Iterator[CentreInProcess]:
    """A new centre that answers in this process."""
    with centre_in_process(tmp_path, database_url) as made:
        yield made


@pytest.fixture(scope="session")
def budget() -> Budget:
    """A small budget of Jepara."""
    return Budget(tahun=2026, jumlah_rincian=500)


@pytest.fixture(scope="session")
def another_budget() -> Budget:
    """Another content for the same Pemda and year."""
    return Budget(tahun=2026, jumlah_rincian=500, seed=2)
