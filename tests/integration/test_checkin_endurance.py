"""A thousand check-ins over a bad line, by an agent that is killed again and again: nobody is suspended."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from random import Random

import httpx
import pytest

from agent.errors import CentreUnreachable
from agent.service.orders import Orders
from contract.wire.messages import Order
from contract.wire.states import NodeState
from sikd import audit, nodes
from sikd.errors import NotAsThingsStand
from tests.fakes.agent_world import KODE_PEMDA, AgentWorld
from tests.fakes.line import Fault, FaultyLine
from tests.filled import in_sqlite
from tests.integration.centre_in_process import CentreInProcess, centre_in_process
from tests.integration.test_agent_against_centre import RealSite
from tests.sample_pemda import Budget
from tests.world import scene

LOST = 0.3
KILLED = 0.15


class Killed(BaseException):
    """The process ends at this very point; nothing of it goes on, no handler runs."""


class DeadlyLine(FaultyLine):
    """A line on which the agent may be killed: before it has sent, or before it has stored what it heard."""

    def __init__(self, handle: Callable[[httpx.Request], httpx.Response], random: Random) -> None:
        super().__init__(handle)
        self._random = random

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request, or end the agent on one side of it."""
        if request.url.path != "/v1/checkin":
            return super().handle_request(request)
        self.faults = [Fault.LOST_ANSWER] if self._random.random() < LOST else []
        kill = self._random.random()
        if kill < KILLED / 2:
            raise Killed
        response = super().handle_request(request)
        if kill < KILLED:
            raise Killed
        return response


@contextmanager
def on_a_deadly_line(folder: Path, random: Random) -> Iterator[tuple[CentreInProcess, RealSite, AgentWorld]]:
    """A centre and its mapped node."""
    with centre_in_process(folder, f"sqlite:///{folder / 'sikd.db'}") as centre:
        site = RealSite(folder, centre)
        node = site.node()
        site.map(node, KODE_PEMDA)
        node.transport = DeadlyLine(centre.client._transport.handle_request, random)  # noqa: SLF001 - what a client is made of
        node.restart()
        yield centre, site, node
        node.close()


@pytest.mark.timeout(300)
def test_a_thousand_checkins_with_lost_answers_and_kills_suspend_nobody(tmp_path: Path) -> None:
    random = Random(20260131)  # noqa: S311 - repeatable on purpose
    with on_a_deadly_line(tmp_path, random) as (centre, _, node):
        lost = killed = heard = 0

        for _ in range(1000):
            centre.clock.pass_by(timedelta(minutes=1))
            try:
                assert node.checkin().state is NodeState.MAPPED
                heard += 1
            except CentreUnreachable:
                lost += 1
            except Killed:
                killed += 1
                node.restart()
            if random.random() < 0.05:
                node.restart()

        with centre.database.read() as connection:
            found = nodes.get(connection, node.keys.node_id)
            acts = {each.act for each in audit.acts(connection, subject=node.keys.node_id)}
        assert (found.state, found.rewound_from) == (NodeState.MAPPED, None)
        assert "copy_suspected" not in acts
        assert lost > 200
        assert killed > 100
        assert heard > 500


@pytest.mark.timeout(300)
def test_each_asking_is_carried_out_once_whatever_is_lost_or_killed(tmp_path: Path) -> None:
    random = Random(20260201)  # noqa: S311 - repeatable on purpose
    with on_a_deadly_line(tmp_path, random) as (centre, site, node):
        asked = done = lost = 0

        for _ in range(400):
            centre.clock.pass_by(timedelta(minutes=1))
            if not node.state.open_orders() and random.random() < 0.3:
                with suppress(NotAsThingsStand):  # it has not heard the last one yet
                    site.ask_snapshot(node)
                    asked += 1
            try:
                node.checkin()
            except (CentreUnreachable, Killed):
                lost += 1
                node.restart()
            if random.random() < 0.5:
                node.restart()  # before it could do anything
                continue
            orders = Orders(node.state)
            done += Order.SNAPSHOT in orders
            orders.done(orders.open(), Order.SNAPSHOT)

        while asked > done:
            with suppress(CentreUnreachable, Killed):
                node.checkin()
            done += len(node.state.open_orders())
            node.state.finish_order(Order.SNAPSHOT, node.state.counter())
        for _ in range(5):
            with suppress(CentreUnreachable, Killed):
                node.checkin()
        assert node.state.open_orders() == {}
        assert done == asked
        assert asked > 40
        assert lost > 100


@pytest.mark.timeout(300)
def test_an_agent_that_is_killed_outright_again_and_again_is_never_suspended(tmp_path: Path) -> None:
    random = Random(7)  # noqa: S311 - repeatable on purpose
    with scene(tmp_path) as ours:
        ours.open_centre()
        ours.install_agent(in_sqlite(tmp_path / "sipd.db", "wp-sipd", Budget(tahun=2026, jumlah_rincian=500)))
        ours.map()
        for _ in range(12):
            with ours.node.begin("run") as agent:
                time.sleep(random.uniform(0.4, 2.0))
                agent.send_signal(signal.SIGKILL)
                with suppress(OSError):
                    agent.communicate()

        assert ours.node.tried("run", "--once").code == 0

        page = ours.page(f"/node/{ours.node.ask('identity', 'show')['node_id']}")
        assert "disalin" not in page
