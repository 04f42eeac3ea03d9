"""Install tickets: what DJPK hands a Pemda, so that its node finds the centre and is let in."""

from sikd.tickets.acts import DAYS, MOST_DAYS, SECRET_BYTES, issue, withdraw
from sikd.tickets.listing import A_PAGE, Listed, listed
from sikd.tickets.redeem import redeem
from sikd.tickets.store import (
    IssuedTicket,
    Stranger,
    TicketState,
    alarmed,
    alarms_since,
    attempts_of,
    find,
    get,
    invited,
    strangers_of,
    used_by,
)

__all__ = [
    "A_PAGE",
    "DAYS",
    "MOST_DAYS",
    "SECRET_BYTES",
    "IssuedTicket",
    "Listed",
    "Stranger",
    "TicketState",
    "alarmed",
    "alarms_since",
    "attempts_of",
    "find",
    "get",
    "invited",
    "issue",
    "listed",
    "redeem",
    "strangers_of",
    "used_by",
    "withdraw",
]
