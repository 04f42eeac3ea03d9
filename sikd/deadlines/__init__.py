"""When things are due: 31 January for the APBD Murni, and working days that count Indonesian holidays."""

from sikd.deadlines.dates import WIB, apbd_murni_deadline, next_deadline

__all__ = ["WIB", "apbd_murni_deadline", "next_deadline"]
