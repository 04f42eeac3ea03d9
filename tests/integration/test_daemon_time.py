"""Clocks that are off or jump, a server that sleeps, a centre that is away for weeks, a driver that hangs."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.interface import Access
from tests.filled import access_to, in_server
from tests.integration.served_pemda import SMALL, ServedPemda, served_pemda
from tests.servers.mariadb import MariaDb
from tests.short_patience import ImpatientClock
from tests.world.at_work import AgentAtWork, at_work
from tests.world.patience import until
from tests.world.thin_line import ThinLine, thin_line

pytestmark = pytest.mark.timeout(300)
A_DAY, TWO_DAYS, A_WEEK = timedelta(days=1), timedelta(days=2), timedelta(days=7)
LONGEST_WAIT = timedelta(minutes=31)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedPemda]:
    with served_pemda(tmp_path_factory.mktemp("pemda")) as made:
        yield made


def delivered_since(before: list[str], ours: ServedPemda) -> int:
    return len(ours.at_the_centre()) - len(before)


@pytest.mark.parametrize("off", [TWO_DAYS, -TWO_DAYS], ids=["fast", "slow"])
def test_a_clock_that_jumps_by_two_days_is_said_and_stops_nothing(ours: ServedPemda, off: timedelta) -> None:
    with at_work(ours.node) as agent:
        agent.is_well()
        before = ours.at_the_centre()

        ours.clock.move(off)
        assert agent.says("clock_off", "SIKD-E208", "2 hari").code == 1
        ours.change()
        until(lambda: delivered_since(before, ours) == 1, "what is due is delivered")

        ours.clock.move(-off)
        agent.is_well()
        ours.change()
        until(lambda: delivered_since(before, ours) == 2, "what is due then is delivered too")


@pytest.mark.parametrize("off", [TWO_DAYS, -TWO_DAYS], ids=["fast", "slow"])
def test_a_clock_that_is_two_days_off_when_the_agent_starts(ours: ServedPemda, off: timedelta) -> None:
    ours.change()
    ours.clock.move(off)
    before = ours.at_the_centre()

    with at_work(ours.node) as agent:
        assert agent.says("clock_off", "SIKD-E208", "2 hari").code == 1
        until(lambda: delivered_since(before, ours) == 1, "what is due is delivered")
        ours.clock.move(-off)
        agent.is_well()


def test_a_server_that_was_suspended_goes_on_at_once(ours: ServedPemda) -> None:
    with at_work(ours.node) as agent:
        agent.is_well()
        before = ours.at_the_centre()

        agent.process.send_signal(signal.SIGSTOP)
        ours.change()
        agent.process.send_signal(signal.SIGCONT)

        until(lambda: delivered_since(before, ours) == 1, "the next day's budget arrives", seconds=15)
        agent.is_well()


def test_a_centre_that_was_away_for_weeks_gets_one_delivery(ours: ServedPemda) -> None:
    # Who asks for the status has this machine's clock, so that is where the three weeks end.
    ours.pass_by(datetime.now(UTC) - ours.clock.now() - 3 * A_WEEK)
    with at_work(ours.node) as agent:
        agent.is_well()
        before = ours.at_the_centre()
        ours.scene.centre.stop()

        for _ in range(3):
            ours.change()
            ours.pass_by(A_WEEK - A_DAY)
            agent.says("centre_down", "SIKD-E401")
            until(lambda: tries_again_within(LONGEST_WAIT, agent, ours), "the next try is near")
        said = agent.says("centre_down", "menjawab 21 hari yang lalu")
        assert said.code == 1
        assert ours.waiting() == ["queued"]

        ours.scene.centre.start()
        ours.pass_by(LONGEST_WAIT)
        agent.is_well()

    assert delivered_since(before, ours) == 1


def tries_again_within(longest: timedelta, agent: AgentAtWork, ours: ServedPemda) -> bool:
    """Whether the last failed delivery is tried again so soon, by what the log says."""
    lines = [line for line in agent.log.read_text().splitlines() if line.startswith("delivery failed")]
    if not lines:
        return False
    again = datetime.fromisoformat(lines[-1].partition("again=")[2].strip("'"))
    return timedelta() < again - ours.clock.now() < longest


@pytest.fixture
def silent_line() -> Iterator[ThinLine]:
    with thin_line() as line:
        yield line


def through(line: ThinLine, server: MariaDb) -> Access:
    """A filled database behind a line that can fall silent."""
    line.port = server.port
    filled = in_server(server, "wp-sipd", SMALL)
    return access_to(server, filled.database, "wp-sipd", port=int(line.address.rpartition(":")[2]))


def test_a_driver_that_hangs_is_ended_and_the_next_try_works(
    mariadb_server: MariaDb, silent_line: ThinLine, tmp_path: Path
) -> None:
    with served_pemda(tmp_path, access=through(silent_line, mariadb_server)) as ours:
        ours.node.clock = ImpatientClock(tmp_path / "clock", seconds=4)
        silent_line.delay = 3600.0  # it accepts, and never says a word
        with at_work(ours.node) as agent:
            assert agent.says("database_down", "SIKD-E441").code == 1
            until(lambda: readers_of(agent) == [], "what hung is ended")

            silent_line.delay = 0.0
            agent.is_well()
        assert len(ours.at_the_centre()) == 1


def readers_of(agent: AgentAtWork) -> list[int]:
    """The processes in which the agent reads a database."""
    tasks = Path(f"/proc/{agent.process.pid}/task").iterdir()
    found = [int(one) for task in tasks for one in (task / "children").read_text().split()]
    return [child for child in found if b"agent.child" in Path(f"/proc/{child}/cmdline").read_bytes()]
