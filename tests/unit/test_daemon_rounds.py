"""What the daemon does when, with clock, centre and database in the test's hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from agent import status
from agent.access.book import AccessBook, Entry, approve, keep
from agent.cli.status_screen import screen
from agent.errors import AccessAwaited, CentreUnreachable, ConfigError
from agent.service.facts import facts
from agent.service.health import Area, Health
from agent.service.schedule import WIB
from connectors.interface import DatabaseUnreachable, LoginRefused, StageToChoose
from contract.text import T
from contract.wire.messages import Order
from tests.contract import samples
from tests.fakes.clock import FakeClock
from tests.fakes.line import Fault
from tests.fakes.served_node import Service, service
from tests.fakes.source import FakeSource, small_budget

GONE = DatabaseUnreachable(T("Nobody listens."), remedy=T("Start the database."))
LOCKED_OUT = LoginRefused(T("The password is refused."), remedy=T("Correct it."))
UNDECIDED = StageToChoose(T("Two stages could be it."), remedy=T("Choose one."))
MINUTE = timedelta(minutes=1)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Service]:
    opened = service(tmp_path)
    yield opened
    opened.world.node.close()


def situations(served: Service) -> list[str]:
    told = facts(served.node, served.health, running=True, next_snapshot_at=None, now=served.world.clock())
    return status.situations(told, alive=True)


def everything(served: Service) -> None:
    served.rounds.notice_commands()
    served.rounds.check_in()
    served.rounds.read()
    served.rounds.deliver()


def test_one_round_brings_a_budget_from_the_database_to_the_centre(served: Service) -> None:
    everything(served)

    assert situations(served) == []
    assert [one.state for one in served.node.outbox.history()] == ["done"]


@pytest.mark.parametrize(("factor", "findings"), [(1, 0), (2, 1)], ids=["balanced", "with a SILPA"])
def test_the_warnings_of_the_newest_snapshot_are_counted(factor: int, findings: int, served: Service) -> None:
    budget = small_budget()
    first = next(iter(budget.values()))
    first[next(iter(first))] *= factor
    served.node.sources.append(FakeSource(budget))
    everything(served)

    told = facts(served.node, served.health, running=True, next_snapshot_at=None, now=served.world.clock())

    assert told["snapshot"]
    assert (told["snapshot"]["state"], told["snapshot"]["findings"]) == ("done", findings)


@pytest.mark.parametrize(("mapped", "found"), [(True, "database_needs_you"), (False, "waiting_for_mapping")])
def test_a_node_without_any_access_is_not_well_once_it_is_mapped(
    mapped: bool, found: str, tmp_path: Path
) -> None:
    served = service(tmp_path, mapped=mapped)
    node = replace(served.node, config=served.node.config.model_copy(update={"database": None}))
    served.rounds.check_in()

    told = facts(node, served.health, running=True, next_snapshot_at=None, now=served.world.clock())

    assert status.situations(told, alive=True) == [found]
    assert told["database"]
    assert told["database"]["trouble"]
    assert told["database"]["trouble"]["code"] == "SIKD-E447"
    assert "no access configured yet" in screen(told, [found], str, "en", 0)
    served.world.node.close()


@pytest.mark.parametrize(
    ("approved", "found", "code"), [(False, "database_needs_you", 5), (True, "waiting_for_access", 4)]
)
def test_an_access_that_was_entered_waits_for_whose_turn_it_is(
    approved: bool, found: str, code: int, served: Service
) -> None:
    node = replace(served.node, config=served.node.config.model_copy(update={"database": None}))
    served.rounds.check_in()
    entry = Entry(access_id="a" * 32, version=1, seal="b" * 64, access=samples.access(host="db.example"))
    book = AccessBook(version=1, newest=entry)
    keep(node.vault, lambda _: approve(book, entry.target, named=False) if approved else book)
    # As the agent found it before anybody had approved.
    before = AccessAwaited(T("No access yet."), remedy=T("Enter it."))
    served.health.failed("reading", before, served.world.clock())

    told = facts(node, served.health, running=True, next_snapshot_at=None, now=served.world.clock())

    assert status.situations(told, alive=True) == [found]
    assert status.exit_code([found]) == code


def test_an_address_that_has_never_answered_gets_no_time_of_an_answer(served: Service) -> None:
    served.rounds.check_in()
    centre = served.node.config.centre
    assert centre
    elsewhere = centre.model_copy(update={"url": "https://salah.example"})
    node = replace(served.node, config=served.node.config.model_copy(update={"centre": elsewhere}))

    moment = served.world.clock()
    here, there = (
        facts(each, served.health, running=True, next_snapshot_at=None, now=moment)["centre"]
        for each in (served.node, node)
    )

    assert here["last_answer_at"] is not None
    assert there["last_answer_at"] is None


def test_a_budget_is_read_once_and_not_again_before_it_is_due(served: Service) -> None:
    for _ in range(5):
        everything(served)

    assert served.node.opened == ["snapshot"]


def test_after_two_hours_of_sleep_the_missed_run_comes_at_once(served: Service) -> None:
    everything(served)
    due = served.rounds.planned(served.world.clock())
    assert due is not None
    served.world.clock.now = due + timedelta(hours=2)

    everything(served)

    assert served.node.opened == ["snapshot", "snapshot"]


def test_a_node_that_is_not_mapped_reads_no_budget(tmp_path: Path) -> None:
    waiting = service(tmp_path, mapped=False)

    everything(waiting)

    assert waiting.node.opened == ["sign in"]
    assert situations(waiting) == ["waiting_for_mapping"]
    assert waiting.rounds.planned(waiting.world.clock()) is None


@pytest.mark.parametrize(
    ("tahun", "expected"), [(2026, "2026-01-31T17:00:00Z"), (2027, "2027-01-31T17:00:00Z")]
)
def test_the_deadline_is_that_of_the_budget_year(tahun: int, expected: str, served: Service) -> None:
    config = served.node.config
    assert config.apbd is not None
    apbd = config.apbd.model_copy(update={"tahun": tahun})
    node = replace(served.node, config=config.model_copy(update={"apbd": apbd}))

    said = facts(node, served.health, running=True, next_snapshot_at=None, now=served.world.clock())

    assert said["next_deadline"] == expected


def order(served: Service, wanted: Order) -> None:
    """Let the centre order something with its next answer."""
    served.world.centre.order(served.node.keys.node_id, wanted)


def test_an_order_is_done_though_nothing_is_due(served: Service) -> None:
    everything(served)
    order(served, Order.SNAPSHOT)

    everything(served)
    everything(served)

    assert served.node.opened == ["snapshot", "snapshot"]
    assert Order.SNAPSHOT not in served.orders


def test_an_order_that_was_heard_is_done_after_a_restart(served: Service) -> None:
    everything(served)
    order(served, Order.SNAPSHOT)
    served.rounds.check_in()

    served.restarted().read()
    served.restarted().read()

    assert served.node.opened == ["snapshot", "snapshot", "sign in"]


def test_what_is_ordered_during_a_reading_is_read_after_it(served: Service) -> None:
    everything(served)
    order(served, Order.SNAPSHOT)
    served.rounds.check_in()
    order(served, Order.SNAPSHOT)
    served.node.meanwhile.append(served.rounds.check_in)

    for _ in range(3):
        served.rounds.read()

    assert served.node.opened == ["snapshot", "snapshot", "snapshot"]


def test_an_order_waits_for_the_end_of_the_quiet_hours(served: Service) -> None:
    everything(served)
    order(served, Order.SNAPSHOT)
    noon = served.world.clock().astimezone(WIB).replace(hour=12, minute=0, second=0)
    served.world.clock.now = noon.astimezone(UTC)
    quiet = served.restarted(quiet_hours="08:00-16:00")

    quiet.check_in()
    quiet.read()
    kept = list(served.node.opened)
    planned = quiet.planned(served.world.clock())
    served.world.clock.now += timedelta(hours=4)
    quiet.read()

    assert kept == ["snapshot", "sign in"]
    assert planned == noon.replace(hour=16)
    assert served.node.opened == ["snapshot", "sign in", "snapshot"]


def test_an_order_that_only_a_person_can_let_happen_is_not_tried_again_and_again(served: Service) -> None:
    everything(served)
    order(served, Order.SNAPSHOT)
    served.node.sources.append(LOCKED_OUT)

    for _ in range(3):
        everything(served)

    assert served.node.opened == ["snapshot", "snapshot"]
    assert situations(served) == ["database_needs_you"]


def test_an_order_outlives_a_database_that_is_away(served: Service) -> None:
    everything(served)
    order(served, Order.SNAPSHOT)
    served.node.sources.append(GONE)
    everything(served)
    served.node.sources.append(FakeSource.of(100, 200, 300))
    served.world.clock.pass_by(6 * MINUTE)

    everything(served)

    assert served.node.opened == ["snapshot", "snapshot", "snapshot"]
    assert Order.SNAPSHOT not in served.orders


def test_an_ordered_probe_reads_nothing(served: Service) -> None:
    everything(served)
    order(served, Order.PROBE)

    everything(served)

    assert served.node.opened == ["snapshot", "probe"]
    assert Order.PROBE not in served.orders


def test_a_centre_that_is_away_is_said_until_it_answers(served: Service) -> None:
    served.world.line.faults = [Fault.NO_CONNECTION]
    served.rounds.check_in()
    away = situations(served)

    served.rounds.check_in()

    assert (away, situations(served)) == (["centre_down"], [])


def test_a_delivery_that_breaks_waits_longer_each_time_and_arrives(served: Service) -> None:
    served.rounds.read()
    served.world.line.faults = [Fault.NO_CONNECTION] * 2
    served.rounds.deliver()
    served.rounds.deliver()  # too early: the line is left alone
    assert served.world.line.faults == [Fault.NO_CONNECTION]
    assert situations(served) == ["centre_down"]

    for _ in range(3):
        served.world.clock.pass_by(MINUTE)
        served.rounds.deliver()

    assert situations(served) == []
    assert served.node.outbox.waiting() == 0


def test_a_database_that_went_away_is_noticed_and_comes_back(served: Service) -> None:
    everything(served)
    served.node.sources.append(GONE)
    served.world.clock.pass_by(6 * MINUTE)
    everything(served)
    gone = situations(served)

    served.node.sources.append(FakeSource.of(100, 200))
    served.world.clock.pass_by(6 * MINUTE)
    everything(served)

    assert (gone, situations(served)) == (["database_down"], [])
    assert served.node.opened == ["snapshot", "sign in", "sign in"]


def test_a_run_that_failed_for_the_database_is_tried_again_soon(served: Service) -> None:
    served.node.sources.append(GONE)
    everything(served)
    served.node.sources.append(FakeSource.of(100, 200))
    served.world.clock.pass_by(6 * MINUTE)

    everything(served)

    assert served.node.opened == ["snapshot", "snapshot"]
    assert [one.state for one in served.node.outbox.history()] == ["done"]


def test_what_only_a_person_can_mend_is_not_tried_again_and_again(served: Service) -> None:
    served.node.sources.append(LOCKED_OUT)
    for _ in range(4):
        everything(served)
        served.world.clock.pass_by(MINUTE)

    assert served.node.opened == ["snapshot"]
    assert situations(served) == ["database_needs_you"]


def test_a_stage_that_must_be_chosen_stays_though_the_door_is_open(served: Service) -> None:
    served.node.sources.append(UNDECIDED)
    everything(served)
    served.node.sources.append(FakeSource.of(100))
    served.world.clock.pass_by(6 * MINUTE)

    everything(served)

    assert served.node.opened == ["snapshot", "sign in"]
    assert situations(served) == ["database_needs_you"]


def test_a_password_that_was_corrected_lets_the_missed_run_come(served: Service) -> None:
    served.node.sources.append(LOCKED_OUT)
    everything(served)
    served.node.sources.append(FakeSource.of(100))
    served.world.clock.pass_by(6 * MINUTE)

    everything(served)
    let_in = situations(served)
    everything(served)

    assert let_in == []
    assert served.node.opened == ["snapshot", "sign in", "snapshot"]


def test_a_snapshot_taken_by_hand_ends_the_trouble(served: Service) -> None:
    served.node.sources.append(LOCKED_OUT)
    everything(served)
    served.world.clock.pass_by(MINUTE)

    served.node.state.keep_reading(served.world.clock())
    served.rounds.notice_commands()

    assert situations(served) == []


def test_a_refused_snapshot_is_said_with_the_reason(served: Service) -> None:
    served.node.sources.append(FakeSource.of(100).that("loses a line"))
    everything(served)

    assert situations(served) == ["snapshot_refused"]


def test_errors_are_sorted_by_where_a_person_would_look() -> None:
    health, now = Health(), FakeClock()()

    health.failed("check-in", CentreUnreachable(T("Away."), remedy=T("Wait.")), now)
    health.failed("reload", ConfigError(T("Wrong."), remedy=T("Correct.")), now)

    assert [type(health.error(area)) for area in Area] == [
        CentreUnreachable, type(None), type(None), ConfigError,
    ]  # fmt: skip


def test_what_a_person_must_do_is_shown_before_what_passes() -> None:
    health, now = Health(), FakeClock()()

    health.failed("reading", GONE, now)
    health.failed("knocking", LOCKED_OUT, now)

    assert health.error(Area.DATABASE) is LOCKED_OUT
