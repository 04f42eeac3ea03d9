"""The real centre inside the test's own process: its application on a real database and a movable clock."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx

from contract.wire.ticket import Ticket
from sikd import keys, migrations, nodes, tickets
from sikd.accounts import Role, User, add_user
from sikd.app import Centre, create_app
from sikd.config import Settings
from sikd.database import Database, open_database
from sikd.keys import CentreKey
from tests.fakes.clock import FakeClock
from tests.fakes.node import FakeNode
from tests.integration.asgi_line import client_of

PUBLIC_URL = "https://sikd.example"
JEPARA, PATI = "11.10", "11.17"
PASSWORD = "empat kata acak panjang"


@dataclass
class CentreInProcess:
    """A centre that was migrated and answers `client`."""

    database: Database
    key: CentreKey
    clock: FakeClock
    client: httpx.Client
    parts: Centre
    people: dict[str, User] = field(default_factory=dict)

    def person(self, username: str, role: Role, kode_pemda: str | None = None) -> User:
        """A person with an account, made on first use."""
        if username not in self.people:
            with self.database.begin() as connection:
                self.people[username] = add_user(
                    connection, username, role, kode_pemda, PASSWORD, "test", self.clock()
                )
        return self.people[username]

    def node(self, hostname: str = "db-keuangan-01") -> FakeNode:
        """A node that has not enrolled yet."""
        return FakeNode(self.client, PUBLIC_URL, hostname, self.clock)

    def ticket(self, kode_pemda: str = JEPARA, days: int = tickets.DAYS) -> Ticket:
        """An install ticket that an officer has just issued."""
        officer, secret = self.person("petugas-1", Role.PETUGAS), secrets.token_bytes(tickets.SECRET_BYTES)
        with self.database.begin() as connection:
            return tickets.issue(
                connection,
                kode_pemda,
                days,
                officer,
                self.clock(),
                address=PUBLIC_URL,
                centre_der=self.key.public_der,
                secret=secret,
            )

    def mapped_node(self, kode_pemda: str = JEPARA) -> FakeNode:
        """A node that two officers have mapped."""
        node = self.node()
        code = node.match_code(node.enrol())
        petugas, penyetuju = self.person("petugas-1", Role.PETUGAS), self.person("petugas-2", Role.PETUGAS)
        with self.database.begin() as connection:
            nodes.propose(connection, node.node_id, kode_pemda, petugas, self.clock())
        with self.database.begin() as connection:
            nodes.approve(
                connection,
                node.node_id,
                kode_pemda,
                code,
                penyetuju,
                self.clock(),
                centre_der=self.key.public_der,
                fresh_nonce=b"n" * nodes.NONCE_BYTES,
            )
        self.clock.pass_by(timedelta(seconds=1))
        return node

    def revoke(self, node: FakeNode) -> None:
        """End a node's right to deliver."""
        officer = self.person("petugas-1", Role.PETUGAS)
        with self.database.begin() as connection:
            nodes.revoke(connection, node.node_id, "server diganti", officer, self.clock())


@contextmanager
def centre_in_process(folder: Path, database_url: str) -> Iterator[CentreInProcess]:
    """A new centre on an empty database until the block ends."""
    clock = FakeClock()
    database = open_database(database_url)
    migrations.migrate(database)
    key = keys.make(folder / "centre-key.pem")
    with database.begin() as connection:
        keys.record(connection, key, clock())
    settings = Settings(data_dir=folder, database_url=database_url, public_url=PUBLIC_URL)
    parts = Centre(settings, database, key, clock, secrets.token_bytes)
    app = create_app(parts)
    try:
        with client_of(app, PUBLIC_URL) as client:
            yield CentreInProcess(database, key, clock, client, parts)
    finally:
        database.close()
