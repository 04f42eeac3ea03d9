"""A node as the daemon holds it, at a fake centre and before a fake database; its clock stands still."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.centre import CentreClient
from agent.health import Health
from agent.node import Node
from agent.orders import Orders
from agent.rounds import Rounds
from agent.schedule import WIB
from agent.settings import Database
from agent.snapshot import SnapshotOutcome
from agent.vault import open_vault
from connectors.interface import ProbeStep
from contract.errors import ExplainedError
from tests.fakes.agent_world import HOST, FakeWorld, fake_world
from tests.fakes.source import FakeSource


@dataclass(frozen=True)
class ServedNode(Node):
    """A node whose database is a fake, read in this very process; `opened` counts how often."""

    world: FakeWorld
    opened: list[str]
    sources: list[FakeSource | ExplainedError]
    """The last one is the database of now; an error is what it fails with."""

    def centre(self) -> CentreClient:
        """The line of the world."""
        return self.world.node.line()

    def source(self) -> FakeSource:
        """The database of now."""
        if isinstance(self.sources[-1], ExplainedError):
            raise self.sources[-1]
        return self.sources[-1]

    def sign_in(self) -> None:
        """Knock at the fake database."""
        self.opened.append("sign in")
        self.source()

    def probe(self) -> Sequence[ProbeStep]:
        """Probe the fake database."""
        self.opened.append("probe")
        return self.source().probe(2026)

    def snapshot(self) -> SnapshotOutcome:
        """Read the fake database."""
        self.opened.append("snapshot")
        now = self.clock()
        outcome = self.world.node.snapshot(self.source())
        self.state.keep_reading(now)
        return outcome


@dataclass(frozen=True)
class Service:
    """The rounds of one node, and everything around them."""

    world: FakeWorld
    node: ServedNode
    health: Health
    orders: Orders
    rounds: Rounds


def service(folder: Path, *, mapped: bool = True) -> Service:
    """A node that is enrolled, and mapped unless said otherwise, with a sound database."""
    world = fake_world(folder, mapped=mapped)
    own = world.node
    vault = open_vault(own.paths, {})
    finance = Database(application="wp-sipd", engine="mysql", database="sipd")
    config = own.config.model_copy(update={"database": finance})
    node = ServedNode(
        own.paths, config, vault, own.keys, own.state, own.outbox, HOST, world.clock,
        world, [], [FakeSource.of(100, 200)],
    )  # fmt: skip
    health, orders = Health(), Orders()
    local = WIB.utcoffset(None)
    return Service(world, node, health, orders, Rounds(node, health, orders, random=lambda: 0.5, local=local))
