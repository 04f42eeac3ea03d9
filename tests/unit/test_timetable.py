"""Whose schedule holds: agent.toml's, then that of Master SIKD, then daily; and none breaks a check-in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from agent import status
from agent.service.facts import facts
from agent.service.rounds import Rounds
from agent.service.schedule import slot_of
from agent.service.timetable import Chosen, Origin, chosen
from tests.fakes.served_node import Service, service

UNREADABLE = "when the moon is full"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Service]:
    opened = service(tmp_path)
    opened.rounds.check_in()
    opened.rounds.read()
    yield opened
    opened.world.node.close()


def says(served: Service, line: str | None) -> None:
    """Let the centre say this with the next answer, and the node hear it."""
    served.world.centre.schedule = line
    served.rounds.check_in()


def told(served: Service) -> status.Facts:
    now = served.world.clock()
    return facts(served.node, served.health, running=True, next_snapshot_at=None, now=now)


def wait(served: Service, rounds: Rounds | None = None) -> timedelta:
    """From the last reading to the next."""
    planned, last = (rounds or served.rounds).planned(served.world.clock()), served.node.state.last_reading()
    assert planned is not None
    assert last is not None
    return planned - last


def test_what_the_centre_says_holds_at_once(served: Service) -> None:
    says(served, "every 6h")

    assert wait(served) == timedelta(hours=6)
    assert chosen(served.node) == Chosen("every 6h", Origin.CENTRE)


def test_what_the_centre_takes_back_is_daily_again(served: Service) -> None:
    says(served, "every 6h")

    says(served, None)

    assert chosen(served.node) == Chosen("daily", Origin.DEFAULT)
    planned = served.rounds.planned(served.world.clock())
    assert planned is not None
    in_jakarta = timedelta(hours=planned.hour + 7, minutes=planned.minute, seconds=planned.second)
    assert in_jakarta % timedelta(days=1) == slot_of(served.node.keys.node_id)


def test_what_was_heard_holds_after_a_restart_without_the_centre(served: Service) -> None:
    says(served, "every 6h")

    assert wait(served, served.restarted()) == timedelta(hours=6)


def test_agent_toml_wins_over_the_centre(served: Service) -> None:
    says(served, "every 6h")

    own = served.restarted(snapshot="every 2h")
    own.check_in()

    assert wait(served, own) == timedelta(hours=2)


def test_what_cannot_be_read_is_said_and_the_former_schedule_stays(served: Service) -> None:
    says(served, "every 6h")

    says(served, UNREADABLE)

    assert wait(served) == timedelta(hours=6)
    assert status.situations(told(served), alive=True) == ["agent_impaired"]
    trouble = told(served)["trouble"]
    assert trouble is not None
    assert UNREADABLE in trouble["problem"]["en"]
    assert served.health.standing("check-in") is None


def test_what_cannot_be_read_is_forgotten_once_it_can(served: Service) -> None:
    says(served, UNREADABLE)

    says(served, "every 3h")

    assert told(served)["trouble"] is None
    assert wait(served) == timedelta(hours=3)


def test_what_cannot_be_read_is_nobodys_trouble_where_agent_toml_says_when(served: Service) -> None:
    own = served.restarted(snapshot="every 2h")
    served.world.centre.schedule = UNREADABLE

    own.check_in()

    assert told(served)["trouble"] is None


@pytest.mark.parametrize(
    ("line", "own", "shown"),
    [
        (None, None, {"snapshot": "daily", "origin": "default"}),
        ("every 6h", None, {"snapshot": "every 6h", "origin": "centre"}),
        ("every 6h", "30 2 * * *", {"snapshot": "30 2 * * *", "origin": "agent.toml"}),
    ],
)
def test_the_status_says_where_the_schedule_comes_from(
    served: Service, line: str | None, own: str | None, shown: dict[str, str]
) -> None:
    says(served, line)
    node = served.with_schedule(**({"snapshot": own} if own else {}))

    said = facts(node, served.health, running=True, next_snapshot_at=None, now=served.world.clock())

    assert said["schedule"] == shown


def test_an_answer_to_a_registration_takes_nothing_back(served: Service) -> None:
    says(served, "every 6h")
    served.world.node.client.register()
    del served.world.centre.nodes[served.node.keys.node_id]

    served.rounds.check_in()  # the centre does not know this node any more, so it registers

    assert chosen(served.node) == Chosen("every 6h", Origin.CENTRE)
