"""An agent that is killed at any moment loses nothing that it promised, and leaves nothing half-done.

SINERGI_KILLS says how often it is killed (100 unless said otherwise).
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

import pytest

from agent.storage.outbox import Delivery, Outbox
from contract.wire.states import NodeState, SnapshotState
from tests.integration.agents_centre import AgentsCentre, agents_centre
from tests.integration.killed_agent import agent, live

KILLS = int(os.environ.get("SINERGI_KILLS", "100"))
IN_CHILD_EVERY = 20
"""So often the collecting runs in a child process; starting one takes longer than all the rest."""


ARRIVED = {SnapshotState.RECEIVED, SnapshotState.SUPERSEDED}
"""Judged sound; a later one takes the place of an earlier."""


@dataclass
class Life:
    """One start of the agent, up to its end or its killing."""

    process: multiprocessing.process.BaseProcess
    said: Connection
    promises: list[tuple[str, str]] = field(default_factory=list)

    def hear(self, until: str) -> None:
        """Listen until the agent says this."""
        while not self.promises or self.promises[-1][0] != until:
            self.promises.append(self.said.recv())

    def kill(self) -> None:
        """End it as a power cut does, and keep what it had said."""
        self.process.kill()
        self.process.join()
        try:
            while self.said.poll():
                self.promises.append(self.said.recv())
        except EOFError:
            pass

    def told(self, what: str) -> list[str]:
        """What it has promised of this kind."""
        return [name for kind, name in self.promises if kind == what]


@dataclass
class Scene:
    """A centre on a socket, and a folder in which one agent lives again and again."""

    folder: Path
    centre: AgentsCentre

    def begin(self, budgets: list[int], *, in_child: bool) -> Life:
        """Start the agent; it begins once it has said so."""
        said, saying = self.context.Pipe(duplex=False)
        process = self.context.Process(
            target=live, args=(saying, self.folder, self.centre.url, self.centre.key_id, budgets, in_child)
        )
        process.start()
        saying.close()
        life = Life(process, said)
        life.hear("started")
        return life

    def __post_init__(self) -> None:
        # Forked from a process that has everything loaded: a start takes milliseconds, not a second.
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["tests.integration.killed_agent"])


@pytest.fixture(params=["fake", "real"])
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    folder = tmp_path / "node"
    folder.mkdir()
    with agents_centre(request.param, tmp_path / "centre") as centre:
        node = agent(folder, centre.url, centre.key_id)
        centre.map(node)
        node.checkin()
        node.close()
        yield Scene(folder, centre)


@pytest.mark.timeout(600)
def test_nothing_promised_is_lost_whenever_the_agent_is_killed(scene: Scene) -> None:
    random, budgets = Random(KILLS), count(1000)  # noqa: S311 - repeatable on purpose
    usual = {in_child: duration(scene, [next(budgets)], in_child=in_child) for in_child in (False, True)}
    queued: list[str] = []

    for number in range(KILLS):
        in_child = number % IN_CHILD_EVERY == 0
        life = scene.begin([next(budgets), next(budgets)], in_child=in_child)
        time.sleep(random.uniform(0, 1.2 * usual[in_child]))
        life.kill()
        queued += life.told("queued")
        nothing_promised_is_lost(scene, queued, life.told("delivered"))

    last = scene.begin([next(budgets)], in_child=False)
    last.hear("ended")
    last.process.join()
    everything_is_finished(scene, last.told("queued")[-1])
    assert len(queued) > KILLS // 4, "the agent was killed too early to prove anything"


def duration(scene: Scene, budgets: list[int], *, in_child: bool) -> float:
    """How long (seconds) a budget takes when nobody interferes."""
    life = scene.begin(budgets, in_child=in_child)
    start = time.monotonic()
    life.hear("ended")
    life.process.join()
    return time.monotonic() - start


def nothing_promised_is_lost(scene: Scene, queued: list[str], delivered: list[str]) -> None:
    outbox = Outbox(scene.folder / "outbox.db")
    outbox.check()
    kept = {one.snapshot_id: one for one in outbox.history(10_000)}
    newest = max((one.sequence for one in kept.values()), default=0)
    outbox.close()
    arrived = scene.centre.snapshots()
    for snapshot_id in queued:
        one = kept[snapshot_id]
        assert one.state is not Delivery.REPLACED or one.sequence < newest
    for one in kept.values():
        if one.state is Delivery.DONE:
            assert arrived[one.snapshot_id] in ARRIVED
    assert all(kept[snapshot_id].state is Delivery.DONE for snapshot_id in delivered)


def everything_is_finished(scene: Scene, last: str) -> None:
    node = agent(scene.folder, scene.centre.url, scene.centre.key_id)
    assert node.outbox.waiting() == 0
    assert node.checkin().state is NodeState.MAPPED
    node.close()
    arrived = scene.centre.snapshots()
    assert set(arrived.values()) <= ARRIVED
    assert list(arrived)[-1] == last
    assert arrived[last] is SnapshotState.RECEIVED
    assert scene.centre.nothing_is_there_twice()
    assert [file.name for file in (scene.folder / "staging").iterdir()] == ["lock"]
    left = sorted(file.name for file in scene.folder.iterdir() if file.name.startswith("."))
    assert left == [], "a draft of a file was left behind"
