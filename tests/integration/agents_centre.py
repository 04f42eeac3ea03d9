"""The centre of an agent that is killed, fake or real, on a socket; and what it has of that agent."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import func, select

from contract.wire import identity
from contract.wire.states import SnapshotState
from sikd import intake, keys, nodes
from sikd.accounts import Role, User
from sikd.database import Database, open_database
from sikd.intake.tables import lines, segments
from tests.fakes.agent_world import KODE_PEMDA, AgentWorld
from tests.fakes.centre import FakeCentre
from tests.fakes.centre_server import served
from tests.integration.killable_centre import KillableCentre, killable_centre
from tests.integration.killed_agent import RealClock


class AgentsCentre(Protocol):
    """What a test asks of either."""

    @property
    def url(self) -> str:
        """Where it answers."""

    @property
    def key_id(self) -> str:
        """The key that agents pin."""

    def map(self, node: AgentWorld) -> None:
        """Let a node deliver for KODE_PEMDA."""

    def snapshots(self) -> dict[str, SnapshotState]:
        """Where every committed snapshot stands, oldest first."""

    def nothing_is_there_twice(self) -> bool:
        """Whether each line was kept once, however often its segment was sent."""


@dataclass
class FakeOnSocket:
    """The fake keeps segments by their hash, so nothing can be there twice."""

    url: str
    centre: FakeCentre

    @property
    def key_id(self) -> str:
        """The key that agents pin."""
        return self.centre.key_id

    def map(self, node: AgentWorld) -> None:
        """At once, without officers."""
        node.client.register()
        self.centre.map(node.keys.node_id, KODE_PEMDA)

    def snapshots(self) -> dict[str, SnapshotState]:
        """As it remembers them."""
        return {name: kept.state for name, kept in self.centre.snapshots.items()}

    def nothing_is_there_twice(self) -> bool:
        """By its making."""
        return True


@dataclass
class RealOnSocket:
    """`sikd serve` in a process of its own, looked at through its database."""

    server: KillableCentre
    database: Database

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.server.url

    @property
    def key_id(self) -> str:
        """The key that agents pin."""
        with self.database.read() as connection:
            return str(keys.recorded(connection))

    def map(self, node: AgentWorld) -> None:
        """By two officers and the match code."""
        answer, centre_key = node.client.register(), node.client.centre_key()
        code = node.keys.match_code(centre_key, identity.from_base64(answer.match_nonce))
        one, other = (User(f"petugas-{number}", Role.PETUGAS, None) for number in (1, 2))
        node_id, now = node.keys.node_id, datetime.now(UTC)
        fresh = {
            "centre_der": centre_key,
            "fresh_nonce": secrets.token_bytes(nodes.NONCE_BYTES),
        }
        with self.database.begin() as connection:
            nodes.propose(connection, node_id, KODE_PEMDA, one, now)
            nodes.approve(connection, node_id, KODE_PEMDA, code, other, now, **fresh)

    def snapshots(self) -> dict[str, SnapshotState]:
        """As its database has them."""
        with self.database.read() as connection:
            found = intake.snapshots_of(connection, KODE_PEMDA)
        return {one.snapshot_id: one.state for one in sorted(found, key=lambda one: one.sequence)}

    def nothing_is_there_twice(self) -> bool:
        """Its table of lines holds what its segments say that they hold."""
        with self.database.read() as connection:
            kept = connection.execute(select(func.count()).select_from(lines)).scalar_one()
            said = connection.execute(
                select(func.sum(segments.c.lines)).where(segments.c.kode_skpd != "")
            ).scalar_one()
        return bool(kept == said)


@contextmanager
def agents_centre(which: str, folder: Path) -> Iterator[AgentsCentre]:
    """The centre called `fake` or `real`, empty, until the block ends."""
    if which == "fake":
        fake = FakeCentre(RealClock())
        with served(fake) as url:
            yield FakeOnSocket(url, fake)
        return
    folder.mkdir()
    with killable_centre(folder) as server:
        database = open_database(server.database_url)
        yield RealOnSocket(server, database)
        database.close()
