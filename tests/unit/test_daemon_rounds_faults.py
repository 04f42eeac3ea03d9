"""What the daemon does when its outbox is damaged, and when its clock has been ahead."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from agent.errors import SnapshotDamaged
from agent.service.health import Area
from connectors.interface import DatabaseUnreachable
from contract.text import T
from tests.fakes.line import Fault
from tests.fakes.served_node import Service, service

GONE = DatabaseUnreachable(T("Nobody listens."), remedy=T("Start the database."))
TWO_DAYS = timedelta(days=2)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Service]:
    opened = service(tmp_path)
    yield opened
    opened.world.node.close()


def everything(served: Service) -> None:
    served.rounds.notice_commands()
    served.rounds.check_in()
    served.rounds.read()
    served.rounds.deliver()


def damage_what_waits(served: Service) -> None:
    with closing(sqlite3.connect(served.node.paths.outbox_file)) as outbox, outbox:
        outbox.execute("UPDATE frames SET frame = x'00'")


def test_a_damaged_snapshot_is_said_until_its_budget_was_read_anew(served: Service) -> None:
    served.world.line.faults = [Fault.NO_CONNECTION] * 2
    everything(served)
    damage_what_waits(served)
    served.world.clock.pass_by(timedelta(hours=1))

    served.rounds.deliver()
    served.rounds.deliver()
    said = served.health.error(Area.AGENT)
    everything(served)

    assert isinstance(said, SnapshotDamaged)
    assert served.health.error(Area.AGENT) is None
    assert [one.state for one in served.node.outbox.history()] == ["done", "damaged"]


def test_an_error_is_not_hidden_by_a_reading_of_a_clock_that_was_ahead(served: Service) -> None:
    served.world.clock.pass_by(TWO_DAYS)
    everything(served)
    served.world.clock.pass_by(-TWO_DAYS)
    served.node.sources.append(GONE)

    everything(served)
    served.rounds.notice_commands()

    assert served.health.error(Area.DATABASE) is GONE


def test_a_budget_that_was_read_in_the_future_is_due_again_at_once(served: Service) -> None:
    served.world.clock.pass_by(TWO_DAYS)
    everything(served)
    served.world.clock.pass_by(-TWO_DAYS)

    for _ in range(3):
        everything(served)

    assert served.node.opened == ["snapshot", "snapshot"]


def test_what_waits_for_another_try_does_not_wait_for_the_old_time(served: Service) -> None:
    served.world.clock.pass_by(TWO_DAYS)
    served.world.line.faults = [Fault.NO_CONNECTION] * 2
    everything(served)
    served.world.clock.pass_by(-TWO_DAYS)

    everything(served)

    assert served.node.outbox.waiting() == 0
