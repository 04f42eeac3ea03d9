"""When snapshots are due, with every clock passed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.service.schedule import WIB, Plan, next_due, plan_of, slot_of, zone_of
from contract.wire.cron import NotASchedule, read_cron
from contract.wire.schedule import read_schedule

NODE = "sikd1qpzry9x8gf2tvdw0s3jn54khce"
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=WIB)
moments = st.integers(0, 5 * 366 * 86400).map(
    lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s)
)
node_ids = st.text("qpzry9x8gf2tvdw0s3jn54khce6mua7l", min_size=26, max_size=26)


def plan(snapshot: str = "daily", quiet: str | None = None) -> Plan:
    return plan_of(snapshot, quiet, NODE, WIB)


@given(node_ids)
def test_every_slot_lies_in_the_first_five_hours(node_id: str) -> None:
    assert timedelta(0) <= slot_of(node_id) < timedelta(hours=5)


def test_nodes_spread_over_the_whole_night() -> None:
    quarters = {slot_of(f"sikd1{number:026d}") // timedelta(minutes=15) for number in range(546)}

    assert quarters == set(range(20))


def test_a_daily_run_comes_once_a_day_in_the_nodes_slot() -> None:
    due = next_due(plan(), last=NOON, now=NOON)

    assert due.astimezone(WIB) == datetime(2026, 1, 6, tzinfo=WIB) + slot_of(NODE)


def test_the_first_run_of_a_node_is_due_at_once() -> None:
    assert next_due(plan(), last=None, now=NOON) == NOON


def test_a_run_missed_while_the_server_slept_is_due_at_once() -> None:
    every_hour = plan("every 1h")
    before_sleep = NOON
    after_sleep = NOON + timedelta(hours=2)

    assert next_due(every_hour, last=before_sleep, now=before_sleep) == NOON + timedelta(hours=1)
    assert next_due(every_hour, last=before_sleep, now=after_sleep) == after_sleep


def test_many_missed_runs_are_one_run() -> None:
    weeks_later = NOON + timedelta(days=21)

    assert next_due(plan(), last=NOON, now=weeks_later) == weeks_later
    assert next_due(plan(), last=weeks_later, now=weeks_later) > weeks_later


def test_a_clock_that_was_ahead_does_not_put_the_run_off() -> None:
    # The server believed in 2031 when it last read, and has been corrected since.
    due = next_due(plan(), last=NOON + timedelta(days=1800), now=NOON)

    assert due - NOON < timedelta(days=1)


def test_in_quiet_hours_the_database_is_left_alone() -> None:
    due = next_due(plan("every 1h", quiet="08:00-16:00"), last=None, now=NOON)

    assert due == datetime(2026, 1, 5, 16, 0, tzinfo=WIB)


def test_quiet_hours_may_pass_midnight() -> None:
    late = datetime(2026, 1, 5, 23, 0, tzinfo=WIB)

    assert next_due(plan(quiet="22:00-06:00"), last=None, now=late) == datetime(2026, 1, 6, 6, 0, tzinfo=WIB)


@pytest.mark.parametrize(
    ("offset", "expected"), [(7, "+0700"), (8, "+0800"), (9, "+0900"), (0, "+0700"), (-5, "+0700")]
)
def test_hours_are_indonesian_hours_wherever_the_server_believes_to_be(offset: int, expected: str) -> None:
    zone = zone_of(timedelta(hours=offset))

    assert f"{NOON.astimezone(zone):%z}" == expected


@given(moments, moments, st.sampled_from(["daily", "every 90m", "every 2d", "15 3 * * 1-5", "0 0 29 2 *"]))
def test_a_run_is_never_due_in_the_past(now: datetime, last: datetime, snapshot: str) -> None:
    assert next_due(plan(snapshot), last=last, now=now) >= now


@given(moments)
def test_after_a_daily_run_the_next_is_due_within_a_day(now: datetime) -> None:
    assert timedelta(0) < next_due(plan(), last=now, now=now) - now <= timedelta(days=1)


def test_cron_counts_weekdays_from_sunday() -> None:
    sunday = read_cron("0 2 * * 0").next_after(NOON)

    assert sunday == read_cron("0 2 * * 7").next_after(NOON) == datetime(2026, 1, 11, 2, 0, tzinfo=WIB)


def test_cron_takes_either_day_where_both_are_limited() -> None:
    fifteenth_or_monday = read_cron("0 0 15 * mon")

    assert fifteenth_or_monday.next_after(NOON) == datetime(2026, 1, 12, tzinfo=WIB)
    assert fifteenth_or_monday.next_after(datetime(2026, 1, 12, tzinfo=WIB)) == datetime(
        2026, 1, 15, tzinfo=WIB
    )


@given(
    moments,
    st.sets(st.integers(0, 59), min_size=1, max_size=3),
    st.sets(st.integers(0, 23), min_size=1, max_size=3),
)
def test_cron_finds_the_very_next_minute(now: datetime, minutes: set[int], hours: set[int]) -> None:
    line = f"{','.join(map(str, minutes))} {','.join(map(str, hours))} * * *"

    found = read_cron(line).next_after(now)

    start = now.replace(second=0, microsecond=0)
    by_trying = next(
        candidate
        for step in range(1, 2 * 24 * 60)
        if (candidate := start + timedelta(minutes=step)).minute in minutes and candidate.hour in hours
    )
    assert found == by_trying


@pytest.mark.parametrize(
    "line", ["60 * * * *", "* 24 * * *", "* * 0 * *", "5-1 * * * *", "*/0 * * * *", "a * * * *"]
)
def test_a_cron_field_that_cannot_be_is_refused(line: str) -> None:
    with pytest.raises(NotASchedule):
        read_cron(line)


def test_a_day_that_never_comes_is_a_mistake_in_the_settings() -> None:
    with pytest.raises(NotASchedule, match="no such day"):
        plan("0 0 31 2 *")


@given(st.text(max_size=120) | st.from_regex(r"every [0-9]{1,4} ?[a-z]", fullmatch=True))
def test_whatever_a_line_says_it_is_a_schedule_or_refused_as_none(line: str) -> None:
    try:
        said = read_schedule(line)
    except NotASchedule:
        return

    assert said == "daily" or next_due(plan(line), last=NOON, now=NOON) > NOON


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("every day", "neither"),
        ("every 0h", "neither"),
        ("every 1000h", "neither"),
        ("every 6H", "neither"),
        ("* * * * 8", "weekday"),
        ("1," * 48 + "1 * * * *", "longer"),
    ],
)
def test_what_is_no_schedule_says_why(line: str, why: str) -> None:
    with pytest.raises(NotASchedule, match=why):
        read_schedule(line)


def test_a_zone_east_of_jakarta_is_respected() -> None:
    papua = plan_of("daily", "08:00-16:00", NODE, timezone(timedelta(hours=9)))
    nine_in_jayapura = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)

    assert next_due(papua, last=None, now=nine_in_jayapura) == datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
