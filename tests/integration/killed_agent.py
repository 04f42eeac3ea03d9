"""An agent in a process of its own that is there to be killed; it says what it has promised so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from agent.child import run_in_child
from tests.fakes.agent_world import AgentWorld, here
from tests.fakes.clock import FakeClock
from tests.fakes.source import FakeSource


@dataclass
class RealClock(FakeClock):
    """The time of this machine."""

    def __call__(self) -> datetime:
        return datetime.now(UTC)

    def pass_by(self, span: timedelta) -> None:
        """Time passes by itself."""


def agent(folder: Path, url: str, centre_key: str, *, in_child: bool = False) -> AgentWorld:
    """The node of a folder, as a start of the program opens it."""
    return AgentWorld(folder, url, centre_key, RealClock(), run=run_in_child if in_child else here)


def live(
    said: Connection, folder: Path, url: str, centre_key: str, budgets: Iterable[int], in_child: bool
) -> None:
    """Check in, queue each budget and push it; every promise is said only after it was made."""
    node = agent(folder, url, centre_key, in_child=in_child)
    said.send(("started", ""))
    for rupiah in budgets:
        node.checkin()
        if queued := node.snapshot(FakeSource.of(100, 200, rupiah)).snapshot_id:
            said.send(("queued", queued))
        for pushed in node.push():
            said.send(("delivered", pushed.snapshot.snapshot_id))
    node.close()
    said.send(("ended", ""))
