"""The yearly deadline: 31 January at 24:00 western Indonesian time, wherever the Pemda is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

WIB = timezone(timedelta(hours=7), "WIB")


def apbd_murni_deadline(tahun: int) -> datetime:
    """The instant before which the APBD Murni of a budget year is in time (UTC)."""
    return datetime(tahun, 2, 1, tzinfo=WIB).astimezone(UTC)


def apbd_murni_in_time(received_at: datetime, tahun: int) -> bool:
    """Whether what arrived at this moment was in time; receipts, which say it to the second, agree."""
    return received_at < apbd_murni_deadline(tahun)


def next_deadline(now: datetime) -> datetime:
    """The next such instant that is not over."""
    this_year = apbd_murni_deadline(now.astimezone(WIB).year)
    return this_year if now < this_year else apbd_murni_deadline(now.astimezone(WIB).year + 1)
