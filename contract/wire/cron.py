"""When a line of five cron fields is next due; pure, and with the weekdays that crontab(5) means.

The scheduler's own reader counts weekdays from Monday, so that `0 2 * * 0` would run on another day than the
operator's cron has taught them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from contract.text import T, Text

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_RANGES = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (0, 7)}
_LONGEST = timedelta(days=366 * 8 + 1)
"""29 February comes after at most eight years; what is not due by then never is."""


class NotASchedule(ValueError):
    """A schedule that cannot be; `why` says so in words."""

    def __init__(self, why: Text) -> None:
        super().__init__(str(why))
        self.why = why


@dataclass(frozen=True, slots=True)
class Cron:
    """The minutes, hours, days, months and weekdays (0 is Sunday) at which something is due."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool
    """Both days and weekdays are limited: then either will do, as in crontab(5)."""

    def next_after(self, moment: datetime) -> datetime | None:
        """The first due minute after `moment`, in its own time zone; None where there never is one."""
        candidate = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
        while candidate - moment < _LONGEST:
            if not self._day_fits(candidate):
                candidate = candidate.replace(hour=0, minute=0) + timedelta(days=1)
            elif candidate.hour not in self.hours:
                candidate = candidate.replace(minute=0) + timedelta(hours=1)
            elif candidate.minute not in self.minutes:
                candidate += timedelta(minutes=1)
            else:
                return candidate
        return None

    def _day_fits(self, moment: datetime) -> bool:
        by_day, by_weekday = moment.day in self.days, moment.isoweekday() % 7 in self.weekdays
        fits = by_day or by_weekday if self.either_day else by_day and by_weekday
        return fits and moment.month in self.months


def read_cron(line: str) -> Cron:
    """The five fields of a line; raises NotASchedule."""
    fields = line.lower().split()
    if len(fields) != len(_RANGES):
        raise NotASchedule(T('it is neither "daily", nor an interval like "every 6h", nor five cron fields'))
    minutes, hours, days, months, weekdays = (
        _values(name, field) for name, field in zip(_RANGES, fields, strict=True)
    )
    limited = not fields[2].startswith("*") and not fields[4].startswith("*")
    return Cron(minutes, hours, days, months, frozenset(day % 7 for day in weekdays), limited)


def _values(name: str, field: str) -> frozenset[int]:
    return frozenset(value for part in field.split(",") for value in _part(name, part))


def _part(name: str, part: str) -> range:
    span, _, step = part.partition("/")
    lowest, highest = _RANGES[name]
    if span == "*":
        first, last = lowest, highest
    else:
        begin, dash, end = span.partition("-")
        first = _number(name, begin)
        last = _number(name, end) if dash else highest if step else first
    if not lowest <= first <= last <= highest or (step and _number(name, step) < 1):
        raise _not_a(name, part)
    return range(first, last + 1, _number(name, step) if step else 1)


def _number(name: str, text: str) -> int:
    if name == "month" and text in _MONTHS:
        return _MONTHS.index(text) + 1
    if name == "weekday" and text in _WEEKDAYS:
        return _WEEKDAYS.index(text)
    if not text.isascii() or not text.isdigit():
        raise _not_a(name, text)
    return int(text)


def _not_a(name: str, text: str) -> NotASchedule:
    return NotASchedule(T("{text} is no {field}", text=repr(text[:20]), field=name))
