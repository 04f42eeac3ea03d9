"""A disk that is full, read-only or failing: the agent says so, goes on, and loses nothing when cured."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.served_pemda import ServedPemda, served_pemda
from tests.world.at_work import AgentAtWork, at_work
from tests.world.patience import until
from tests.world.small_disk import SmallDisk, failing_disk, small_disk
from tests.world.thin_line import ThinLine, thin_line

pytestmark = pytest.mark.timeout(900)
AT_MOST_SECONDS = 360.0
"""The agent waits at most five minutes for its own disk, the longer the more often it was refused."""
FULL = ("SIKD-E432", "tidak ada ruang lagi pada disknya")
READ_ONLY = ("SIKD-E432", "disknya hanya dapat dibaca")
ROOM_FOR_A_CHECKIN = 96 * 1024


@dataclass(frozen=True)
class OnSmallDisks:
    """A node whose state, and whose status file and log, lie on small disks of their own."""

    pemda: ServedPemda
    state: SmallDisk
    run: SmallDisk
    line: ThinLine
    """To the centre."""

    def fill(self, *, leaving: int = 0) -> None:
        """Take the room of both."""
        self.state.fill(leaving=leaving)
        self.run.fill()

    def make_room(self) -> None:
        """Give it back."""
        self.state.make_room()
        self.run.make_room()


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnSmallDisks]:
    folder = tmp_path_factory.mktemp("pemda")
    node = folder / "node"
    with (
        small_disk(node / "state", 12) as state,
        small_disk(node / "run", 1) as run,
        thin_line() as line,
        served_pemda(folder, line=line) as pemda,
    ):
        run.folder.chmod(0o755)
        yield OnSmallDisks(pemda, state, run, line)


def delivers_one_more(agent: AgentAtWork, pemda: ServedPemda, before: list[str]) -> None:
    until(lambda: pemda.at_the_centre() != before, "something more is at the centre", seconds=AT_MOST_SECONDS)
    agent.is_well()
    assert len(pemda.at_the_centre()) == pemda.begun_at_the_centre() == len(before) + 1


def test_a_disk_that_is_full_while_the_budget_is_read(ours: OnSmallDisks) -> None:
    pemda = ours.pemda
    with at_work(pemda.node) as agent:
        agent.is_well()
        before = pemda.at_the_centre()

        ours.state.fill(leaving=ROOM_FOR_A_CHECKIN)
        pemda.change()
        said = agent.says("agent_impaired", *FULL)
        assert said.code == 1
        assert pemda.at_the_centre() == before

        ours.state.make_room()
        delivers_one_more(agent, pemda, before)


def test_a_disk_that_is_full_when_the_centre_has_committed(ours: OnSmallDisks) -> None:
    pemda = ours.pemda
    with at_work(pemda.node) as agent:
        agent.is_well()
        before = pemda.at_the_centre()

        ours.line.delay = 3.0  # the answer to the commitment finds no room to be kept
        pemda.change()
        until(lambda: pemda.waiting() == ["offered"], "the snapshot is offered")
        ours.state.fill()
        assert agent.says("agent_impaired", *FULL).code == 1
        assert pemda.waiting() == ["offered"]

        ours.line.delay = 0.0
        ours.state.make_room()
        delivers_one_more(agent, pemda, before)


def test_a_disk_that_is_full_when_the_agent_starts(ours: OnSmallDisks) -> None:
    pemda = ours.pemda
    before = pemda.at_the_centre()
    pemda.change()
    ours.state.fill()

    with at_work(pemda.node) as agent:
        assert agent.says("agent_impaired", *FULL).code == 1
        ours.state.make_room()
        delivers_one_more(agent, pemda, before)


def test_a_disk_that_is_full_of_everything_the_agent_writes_to(ours: OnSmallDisks) -> None:
    pemda = ours.pemda
    before = pemda.at_the_centre()
    with at_work(pemda.node, log=ours.run.folder / "log") as agent:
        agent.is_well()
        ours.fill()
        pemda.change()
        assert agent.says("agent_impaired", *FULL).code == 1

        ours.make_room()
        delivers_one_more(agent, pemda, before)


def test_a_disk_that_is_read_only_when_the_agent_starts(ours: OnSmallDisks) -> None:
    pemda = ours.pemda
    before = pemda.at_the_centre()
    pemda.change()
    ours.state.remount("ro")

    with at_work(pemda.node) as agent:
        assert agent.says("agent_impaired", *READ_ONLY).code == 1
        ours.state.remount("rw")
        delivers_one_more(agent, pemda, before)


def test_a_folder_that_is_closed_to_its_own_user_when_the_agent_starts(ours: OnSmallDisks) -> None:
    pemda = ours.pemda
    before = pemda.at_the_centre()
    pemda.change()
    if os.geteuid() == 0:  # who without these is a user like any other
        pemda.node.started_by = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
    ours.state.folder.chmod(0o500)

    with at_work(pemda.node) as agent:
        assert agent.says("agent_impaired", "SIKD-E432", "pengguna ini tidak berhak").code == 1
        ours.state.folder.chmod(0o700)
        delivers_one_more(agent, pemda, before)
    pemda.node.started_by = ()


def test_a_disk_that_fails_and_turns_read_only_under_the_running_agent(
    ours: OnSmallDisks, tmp_path: Path
) -> None:
    pemda = ours.pemda
    with failing_disk(ours.state.folder, tmp_path / "disk") as disk, at_work(pemda.node) as agent:
        agent.is_well()
        before = pemda.at_the_centre()

        disk.fail()
        pemda.change()
        assert agent.says("agent_impaired", *READ_ONLY).code == 1

        disk.repair()
        delivers_one_more(agent, pemda, before)
