"""How a moment is said to a person: how long ago it was, or the hour in Jakarta.

Imported on every call of `sinergi status`, so it loads nothing but the date.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Translate = Callable[[str], str]

WIB = timezone(timedelta(hours=7), "WIB")


def ago(age: timedelta, _: Translate) -> str:
    """How long ago something was, in the largest unit that fits."""
    seconds = max(0, int(age.total_seconds()))
    if seconds < 120:
        return _("{count} seconds ago").format(count=seconds)
    if seconds < 2 * 3600:
        return _("{count} minutes ago").format(count=seconds // 60)
    if seconds < 48 * 3600:
        return _("{count} hours ago").format(count=seconds // 3600)
    return _("{count} days ago").format(count=seconds // 86400)


def wib(moment: str, _: Translate) -> str:
    """A UTC time as read in Jakarta."""
    local = moment_of(moment).astimezone(WIB)
    return _in_words(local, f"{local:%H.%M}", _)


def until(moment: str, _: Translate) -> str:
    """A deadline: one at midnight is 24.00 of the day that ends, as it is stated; what comes then is late."""
    local = moment_of(moment).astimezone(WIB)
    if (local.hour, local.minute) != (0, 0):
        return wib(moment, _)
    return _in_words(local - timedelta(days=1), "24.00", _)


def _in_words(day: datetime, hour: str, _: Translate) -> str:
    months = _(
        "January February March April May June July August September October November December"
    ).split()
    return f"{day.day} {months[day.month - 1]} {day.year} {hour} WIB"


def moment_of(moment: str) -> datetime:
    """The moment that a UTC time in a document stands for."""
    return datetime.fromisoformat(moment)
