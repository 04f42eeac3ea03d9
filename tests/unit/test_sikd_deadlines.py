"""Deadlines fall on the days on which Indonesian offices expect them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sikd.deadlines import (
    WIB,
    apbd_murni_deadline,
    apbd_murni_in_time,
    end_of_working_days,
    holidays,
    holidays_are_decreed,
    is_working_day,
    next_deadline,
    working_days_left,
)

moments = st.datetimes(datetime(2021, 1, 1), datetime(2039, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_the_apbd_murni_is_due_at_the_end_of_31_january_in_jakarta() -> None:
    assert apbd_murni_deadline(2026) == datetime(2026, 1, 31, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("received_at", "in_time"),
    [
        (datetime(2026, 1, 31, 16, 59, 59, 999_999, tzinfo=UTC), True),
        # The wire format says "before": the page must not say another thing than the receipt of this second.
        (datetime(2026, 1, 31, 17, 0, 0, tzinfo=UTC), False),
    ],
)
def test_in_time_is_before_the_end_of_31_january(received_at: datetime, in_time: bool) -> None:
    assert apbd_murni_in_time(received_at, 2026) is in_time


@pytest.mark.parametrize(
    ("now", "year"),
    [
        (datetime(2026, 1, 31, 16, 59, 59, tzinfo=UTC), 2026),
        (datetime(2026, 1, 31, 16, 59, 59, 999_999, tzinfo=UTC), 2026),
        (datetime(2026, 1, 31, 17, 0, 0, tzinfo=UTC), 2027),
        (datetime(2026, 1, 31, 17, 0, 1, tzinfo=UTC), 2027),
        (datetime(2026, 12, 31, 17, 0, 1, tzinfo=UTC), 2027),
    ],
)
def test_the_next_deadline_is_the_first_that_is_not_over(now: datetime, year: int) -> None:
    assert next_deadline(now) == apbd_murni_deadline(year)


def test_five_working_days_pass_over_weekend_and_holiday() -> None:
    # Wednesday 11 February 2026: then Thursday, Friday, no Monday 16 and Tuesday 17 (Imlek), Wednesday …
    since = datetime(2026, 2, 11, 9, 0, tzinfo=WIB)

    assert end_of_working_days(since, 5) == datetime(2026, 2, 21, tzinfo=WIB)


def test_an_event_late_in_the_evening_utc_counts_for_the_next_day_in_jakarta() -> None:
    evening = datetime(2026, 6, 2, 18, 0, tzinfo=UTC)

    assert end_of_working_days(evening, 1) == datetime(2026, 6, 5, tzinfo=WIB)


@pytest.mark.parametrize(
    ("day", "left"), [(11, 5), (12, 4), (13, 3), (15, 3), (18, 2), (20, 0), (21, 0), (23, -1)]
)
def test_the_days_left_are_counted_without_holidays(day: int, left: int) -> None:
    end = end_of_working_days(datetime(2026, 2, 11, 9, 0, tzinfo=WIB), 5)

    assert working_days_left(end, datetime(2026, 2, day, 12, 0, tzinfo=WIB)) == left


def test_the_decree_of_2026_has_25_days() -> None:
    assert (holidays_are_decreed(2026), len(holidays(2026))) == (True, 25)


def test_a_year_without_a_decree_has_its_fixed_holidays() -> None:
    assert not holidays_are_decreed(2030)
    assert not is_working_day(date(2030, 8, 17))


@given(moments, st.integers(1, 30))
def test_the_last_of_some_working_days_is_one(since: datetime, days: int) -> None:
    end = end_of_working_days(since, days)

    last = (end - timedelta(days=1)).date()
    between = [since.astimezone(WIB).date() + timedelta(days=n) for n in range(1, 100)]
    assert is_working_day(last)
    assert sum(is_working_day(day) for day in between if day <= last) == days
