"""`sinergi` answers at once, because it loads what a command needs only when that command runs."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = [
    "apscheduler",
    "cryptography",
    "httpx",
    "keyring",
    "oracledb",
    "psycopg",
    "pydantic",
    "pymysql",
    "sqlalchemy",
]


@pytest.mark.parametrize("command_line", ["agent.cli"])
def test_the_command_line_loads_no_heavy_library(command_line: str) -> None:
    program = f"import sys, {command_line}; print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout

    assert set(HEAVY).isdisjoint(loaded.split())
