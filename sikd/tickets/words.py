"""What the states of an install ticket are called on a page."""

from __future__ import annotations

from collections.abc import Mapping

from contract.text import T
from sikd.tickets.store import TicketState
from sikd.web.words import Label

TICKET_STATES: Mapping[TicketState, Label] = {
    TicketState.OPEN: Label(T("not used yet"), "wait"),
    TicketState.USED: Label(T("used"), "good"),
    TicketState.EXPIRED: Label(T("expired"), "plain"),
    TicketState.WITHDRAWN: Label(T("withdrawn"), "plain"),
}
