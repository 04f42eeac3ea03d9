"""When things are due: 31 January for the APBD Murni, and working days that count Indonesian holidays."""

from sikd.deadlines.dates import WIB, apbd_murni_deadline, apbd_murni_in_time, next_deadline
from sikd.deadlines.working_days import (
    DAYS_TO_DECIDE,
    DAYS_TO_INTERCONNECT,
    end_of_working_days,
    holidays,
    holidays_are_decreed,
    is_working_day,
    working_days_left,
)

__all__ = [
    "DAYS_TO_DECIDE",
    "DAYS_TO_INTERCONNECT",
    "WIB",
    "apbd_murni_deadline",
    "apbd_murni_in_time",
    "end_of_working_days",
    "holidays",
    "holidays_are_decreed",
    "is_working_day",
    "next_deadline",
    "working_days_left",
]
