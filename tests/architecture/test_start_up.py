"""Each start of `sinergi` loads only what it needs: a command answers at once, and reading stays small."""

from __future__ import annotations

import subprocess
import sys

import pytest

DRIVERS = ["oracledb", "psycopg", "pymysql", "sqlalchemy"]
PARTS = ["apscheduler", "cryptography", "httpx", "keyring", "pydantic"]


@pytest.mark.parametrize(
    "modules",
    ["agent.cli", "agent.child, agent.collect, connectors.registry"],
    ids=["the command line", "the collecting child"],
)
def test_what_starts_loads_no_heavy_library(modules: str) -> None:
    program = f"import sys, {modules}; print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout

    assert set(DRIVERS + PARTS).isdisjoint(loaded.split())
