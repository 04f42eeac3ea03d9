"""The real centre does for a node what any centre must do; the agent's own client asks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from agent.deliver import PushResult
from contract.errors import ExplainedError
from contract.wire import identity
from contract.wire.states import SnapshotState
from contract.wire.ticket import Ticket
from sikd import intake, nodes
from sikd.accounts import Role
from tests.fakes.agent_world import KODE_PEMDA, AgentWorld, here
from tests.fakes.centre_conformance import CentreConformance
from tests.fakes.line import Fault, FaultyLine
from tests.fakes.source import FakeSource
from tests.integration.centre_in_process import PUBLIC_URL, CentreInProcess, centre_in_process


@dataclass
class RealSite:
    """The real centre on an empty database, with as many nodes as a test wants."""

    folder: Path
    centre: CentreInProcess
    made: list[AgentWorld] = field(default_factory=list)

    def node(self) -> AgentWorld:
        """A new node in a folder of its own."""
        folder = self.folder / f"node-{len(self.made)}"
        folder.mkdir()
        line = FaultyLine(self.centre.client._transport.handle_request)  # noqa: SLF001 - what a client is made of
        node = AgentWorld(folder, PUBLIC_URL, self.centre.key.key_id, self.centre.clock, line, here)
        self.made.append(node)
        return node

    def ticket(self) -> Ticket:
        """A ticket for the Pemda of the tests."""
        return self.centre.ticket(KODE_PEMDA)

    def ask_snapshot(self, node: AgentWorld) -> None:
        """An officer asks."""
        officer = self.centre.person("petugas-1", Role.PETUGAS)
        with self.centre.database.begin() as connection:
            nodes.ask_snapshot(connection, node.keys.node_id, officer, self.centre.clock())

    def set_schedule(self, line: str) -> None:
        """An officer sets it."""
        officer = self.centre.person("petugas-1", Role.PETUGAS)
        with self.centre.database.begin() as connection:
            nodes.set_schedule(connection, KODE_PEMDA, line, officer, self.centre.clock())

    def map(self, node: AgentWorld, kode_pemda: str) -> None:
        """Two officers map the node, and compare the code that it reads out."""
        answer = node.client.register()
        code = node.keys.match_code(node.client.centre_key(), identity.from_base64(answer.match_nonce))
        proposer = self.centre.person("petugas-1", Role.PETUGAS)
        approver = self.centre.person("petugas-2", Role.PETUGAS)
        node_id, now = node.keys.node_id, self.centre.clock()
        with self.centre.database.begin() as connection:
            nodes.propose(connection, node_id, kode_pemda, proposer, now)
        with self.centre.database.begin() as connection:
            nodes.approve(
                connection,
                node_id,
                kode_pemda,
                code,
                approver,
                now,
                centre_der=self.centre.key.public_der,
                fresh_nonce=b"n" * nodes.NONCE_BYTES,
            )


class TestRealCentre(CentreConformance):
    """Every claim of the conformance suite, about the real centre."""

    @pytest.fixture
    def site(self, tmp_path: Path) -> Iterator[RealSite]:
        with centre_in_process(tmp_path, f"sqlite:///{tmp_path / 'sikd.db'}") as centre:
            site = RealSite(tmp_path, centre)
            yield site
            for node in site.made:
                node.close()


@pytest.mark.parametrize("seed", range(8))
def test_whatever_the_line_does_the_last_budget_arrives(tmp_path: Path, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - repeatable on purpose
    with centre_in_process(tmp_path, f"sqlite:///{tmp_path / 'sikd.db'}") as centre:
        site = RealSite(tmp_path, centre)
        node = site.node()
        site.map(node, KODE_PEMDA)
        node.checkin()
        assert isinstance(node.transport, FaultyLine)
        node.transport.faults = [random.choice(list(Fault)) for _ in range(8)]
        for _ in range(4):
            last = node.snapshot(FakeSource.of(100, random.randint(1, 5), 300)).snapshot_id
            with suppress(ExplainedError):
                node.push()
            node.restart()
        node.transport.faults.clear()

        pushed = node.push()

        assert node.outbox.waiting() == 0
        assert all(one.result is PushResult.DELIVERED for one in pushed)
        with centre.database.read() as connection:
            states = {each.snapshot_id: each.state for each in intake.snapshots_of(connection, KODE_PEMDA)}
        assert set(states.values()) <= {SnapshotState.RECEIVED, SnapshotState.SUPERSEDED}
        assert last is None or states[last] is SnapshotState.RECEIVED
        node.close()
