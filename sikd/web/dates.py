"""Dates and times as people in Indonesia read them: in words, and in the time of Jakarta (WIB)."""

from __future__ import annotations

from datetime import date, datetime

from contract.text import T, Text
from sikd.deadlines import WIB

_MONTHS = (
    T("January"),
    T("February"),
    T("March"),
    T("April"),
    T("May"),
    T("June"),
    T("July"),
    T("August"),
    T("September"),
    T("October"),
    T("November"),
    T("December"),
)


def day_in_words(day: date) -> Text:
    """A day, for example `31 Januari 2026`; a moment counts as the day it is in Jakarta."""
    if isinstance(day, datetime):
        day = day.astimezone(WIB).date()
    return T("{day} {month} {year}", day=day.day, month=_MONTHS[day.month - 1], year=day.year)


def moment_in_words(moment: datetime) -> Text:
    """A moment, for example `31 Januari 2026 pukul 23.59 WIB`."""
    local = moment.astimezone(WIB)
    return T(
        "{day}, {hour:02d}:{minute:02d} WIB", day=day_in_words(local), hour=local.hour, minute=local.minute
    )
