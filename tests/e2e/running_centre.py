"""A centre as it is run: `sikd serve` in a process of its own, on SQLite, with people and nodes."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from sikd.accounts import Role, add_user
from sikd.database import Database, open_database
from tests.fakes.node import FakeNode


@dataclass(frozen=True)
class RunningCentre:
    """A centre that answers at `url`; its database is open to the tests beside it."""

    url: str
    database: Database
    client: httpx.Client
    password: str

    def person(self, username: str, role: Role, kode_pemda: str | None = None) -> str:
        """Make an account with this run's password."""
        with self.database.begin() as conn:
            add_user(conn, username, role, kode_pemda, self.password, "test", datetime.now(UTC))
        return username

    def node(self, hostname: str = "db-keuangan-01") -> FakeNode:
        """A node that is known to the centre and waits to be mapped."""
        node = FakeNode(self.client, self.url, hostname)
        node.enrol()
        return node


@contextmanager
def running_centre(folder: Path, *, sample: bool = False) -> Iterator[RunningCentre]:
    """Run a new centre in an empty folder until the block ends."""
    settings = folder / "sikd.toml"
    settings.write_text(f'data_dir = "{folder}"\nsample = {str(sample).lower()}\n')
    environment = os.environ | {"SIKD_CONFIG": str(settings), "SIKD_LANG": "en"}
    command = [sys.executable, "-m", "sikd"]
    subprocess.run([*command, "migrate"], env=environment, check=True, capture_output=True)
    reader, writer = os.pipe()
    server = subprocess.Popen(
        [*command, "serve", "--port", "0", "--ready-fd", str(writer)], env=environment, pass_fds=(writer,)
    )
    os.close(writer)
    database = open_database(f"sqlite:///{folder / 'sikd.db'}")
    try:
        with os.fdopen(reader) as told:
            url = told.readline().strip()
        with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
            yield RunningCentre(url, database, client, password=secrets.token_urlsafe(18))
    finally:
        database.close()
        server.terminate()
        server.wait(timeout=30)
