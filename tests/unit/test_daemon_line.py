"""What the daemon makes of its line to the centre: whose fault a failure is, and when it calls again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from agent.line.centre import CentreClient
from agent.service.health import Area
from tests.fakes.line import Fault
from tests.fakes.served_node import ServedNode, Service, service

MINUTE = timedelta(minutes=1)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Service]:
    opened = service(tmp_path)
    yield opened
    opened.world.node.close()


def code_at(area: Area, served: Service) -> str | None:
    error = served.health.error(area)
    return error.code if error else None


def test_a_check_in_waits_as_long_as_the_centre_asks(served: Service) -> None:
    served.world.line.faults = [Fault.BUSY] * 2
    served.rounds.check_in()
    served.world.clock.pass_by(MINUTE)

    served.rounds.check_in()  # two minutes were asked for

    assert served.world.line.faults == [Fault.BUSY]


def test_a_check_in_comes_back_once_the_time_is_over(served: Service) -> None:
    served.world.line.faults = [Fault.BUSY]
    served.rounds.check_in()
    served.world.clock.pass_by(4 * MINUTE)

    served.rounds.check_in()

    assert code_at(Area.CENTRE, served) is None


def test_a_check_in_that_failed_otherwise_is_not_put_off(served: Service) -> None:
    served.world.line.faults = [Fault.NO_CONNECTION]
    served.rounds.check_in()

    served.rounds.check_in()

    assert code_at(Area.CENTRE, served) is None


def test_a_proxy_that_refuses_a_delivery_says_nothing_against_the_snapshot(served: Service) -> None:
    served.rounds.read()
    served.world.line.faults = [Fault.PROXY]

    served.rounds.deliver()

    assert (code_at(Area.CENTRE, served), code_at(Area.SNAPSHOT, served)) == ("SIKD-E406", None)
    # Nothing was sent, so a later snapshot may still take its place.
    assert [one.state for one in served.node.outbox.history()] == ["queued"]


def test_after_a_failure_the_line_is_made_anew(served: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    # The proxy's password, or the CA file, may be another one by then.
    made: list[CentreClient] = []
    line = ServedNode.centre

    def counted(node: ServedNode) -> CentreClient:
        made.append(line(node))
        return made[-1]

    monkeypatch.setattr(ServedNode, "centre", counted)
    served.rounds.check_in()
    served.rounds.check_in()
    before = len(made)
    served.world.line.faults = [Fault.PROXY]
    served.rounds.check_in()

    served.rounds.check_in()

    assert (before, len(made)) == (1, 2)
