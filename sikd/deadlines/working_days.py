"""Working days as Indonesian offices keep them: no weekend, no national holiday, no *cuti bersama*.

`holidays.csv` holds what the yearly joint decree of three ministers (SKB 3 Menteri) announced: for 2026,
Nomor 1497/2025, 2/2025 and 5/2025. Of a year whose decree is not in it, only the fixed dates are known.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files

from sikd.deadlines.dates import WIB

DAYS_TO_INTERCONNECT = 5
DAYS_TO_DECIDE = 5
"""Five working days each: to interconnect since registration, to decide since the data is whole."""
_FIXED = ((1, 1), (5, 1), (6, 1), (8, 17), (12, 25))
_SATURDAY = 5


def holidays(tahun: int) -> frozenset[date]:
    """The holidays and *cuti bersama* of a year."""
    decreed = frozenset(day for day in _decreed() if day.year == tahun)
    return decreed or frozenset(date(tahun, month, day) for month, day in _FIXED)


def holidays_are_decreed(tahun: int) -> bool:
    """Whether the decree of a year is known; without it, working days may come out too few."""
    return any(day.year == tahun for day in _decreed())


def is_working_day(day: date) -> bool:
    """Whether offices are open on a day."""
    return day.weekday() < _SATURDAY and day not in holidays(day.year)


def end_of_working_days(since: datetime, days: int) -> datetime:
    """The end (24:00 WIB) of the given number of working days after the day of an event."""
    day = since.astimezone(WIB).date()
    while days > 0:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return datetime(day.year, day.month, day.day, tzinfo=WIB) + timedelta(days=1)


def working_days_left(end: datetime, now: datetime) -> int:
    """How many working days come after today until an end; 0 on the last one, and fewer once it is over."""
    last, today = (end - timedelta(microseconds=1)).astimezone(WIB).date(), now.astimezone(WIB).date()
    between = range(1, abs((last - today).days) + 1)
    first, sign = (today, 1) if last >= today else (last, -1)
    return sign * sum(is_working_day(first + timedelta(days=number)) for number in between)


@cache
def _decreed() -> Mapping[date, str]:
    text = (files("sikd.deadlines") / "holidays.csv").read_text(encoding="utf-8")
    return {date.fromisoformat(row["tanggal"]): row["nama"] for row in csv.DictReader(text.splitlines())}
