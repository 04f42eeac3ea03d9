"""A node as the daemon holds it, at a fake centre and before a fake database; its clock stands still."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from agent.line.centre import CentreClient
from agent.node import Node
from agent.service.health import Health
from agent.service.orders import Orders
from agent.service.rounds import Rounds
from agent.service.schedule import WIB
from agent.settings import Database, Schedule
from agent.snapshot import SnapshotOutcome
from agent.storage.vault import open_vault
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
    meanwhile: list[Callable[[], None]]
    """What happens, one after the other, while the database is read."""

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
        if self.meanwhile:
            self.meanwhile.pop()()
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
    rounds: Rounds

    def restarted(self, **schedule: str) -> Rounds:
        """The rounds of this node after a start of the program, with another schedule where one is given."""
        return rounds_of(self.with_schedule(**schedule), self.health)

    def with_schedule(self, **schedule: str) -> ServedNode:
        """This node as another [schedule] in agent.toml makes it."""
        config = self.node.config.model_copy(update={"schedule": Schedule(**schedule)})
        return replace(self.node, config=config)

    @property
    def orders(self) -> Orders:
        """What is still to be done."""
        return Orders(self.node.state)


def service(folder: Path, *, mapped: bool = True) -> Service:
    """A node that is enrolled, and mapped unless said otherwise, with a sound database."""
    world = fake_world(folder, mapped=mapped)
    own = world.node
    vault = open_vault(own.paths, {})
    finance = Database(application="wp-sipd", engine="mysql", database="sipd")
    config = own.config.model_copy(update={"database": finance})
    node = ServedNode(
        own.paths, config, vault, own.keys, own.state, own.outbox, HOST, world.clock,
        world, [], [FakeSource.of(100, 200)], [],
    )  # fmt: skip
    health = Health()
    return Service(world, node, health, rounds_of(node, health))


def rounds_of(node: Node, health: Health) -> Rounds:
    """The rounds as the daemon makes them, with little chance in them."""
    return Rounds(node, health, random=lambda: 0.5, local=WIB.utcoffset(None))
