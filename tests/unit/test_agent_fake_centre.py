"""The fake centre does for a node what any centre must do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from contract.wire.messages import Order
from contract.wire.ticket import Ticket
from tests.fakes.agent_world import AgentWorld, here
from tests.fakes.centre import FakeCentre
from tests.fakes.centre_conformance import CentreConformance
from tests.fakes.clock import FakeClock
from tests.fakes.line import FaultyLine


@dataclass
class FakeSite:
    """A fake centre with as many nodes as a test wants."""

    folder: Path
    clock: FakeClock = field(default_factory=FakeClock)
    nodes: list[AgentWorld] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.centre = FakeCentre(self.clock)

    def node(self) -> AgentWorld:
        """A new node in a folder of its own."""
        folder = self.folder / str(len(self.nodes))
        folder.mkdir()
        line = FaultyLine(self.centre.handle)
        node = AgentWorld(folder, self.centre.public_url, self.centre.key_id, self.clock, line, here)
        self.nodes.append(node)
        return node

    def map(self, node: AgentWorld, kode_pemda: str) -> None:
        """What two officers do in the real centre."""
        self.centre.map(node.keys.node_id, kode_pemda)

    def ticket(self) -> Ticket:
        """What an officer does in the real centre."""
        return self.centre.ticket()

    def ask_snapshot(self, node: AgentWorld) -> None:
        """What an officer does in the real centre."""
        self.centre.order(node.keys.node_id, Order.SNAPSHOT)

    def set_schedule(self, line: str) -> None:
        """What an officer does in the real centre."""
        self.centre.schedule = line


class TestFakeCentre(CentreConformance):
    """Every claim of the conformance suite, about the fake."""

    @pytest.fixture
    def site(self, tmp_path: Path) -> Iterator[FakeSite]:
        site = FakeSite(tmp_path)
        yield site
        for node in site.nodes:
            node.close()
