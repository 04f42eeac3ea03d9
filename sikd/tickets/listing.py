"""The list of install tickets, some at a time: newest first, those that were tried twice before all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from sikd.reference import find_pemda
from sikd.tickets.store import IssuedTicket, TicketState, read, strangers, tickets

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """Some tickets of those that were asked for, and how many those are in all."""

    tickets: tuple[IssuedTicket, ...]
    count: int


def listed(
    conn: Connection,
    now: datetime,
    *,
    state: TicketState | None = None,
    wanted: str = "",
    first: int = 0,
    most: int | None = None,
) -> Listed:
    """The tickets in one state, or all; `wanted` is a Pemda's name or code, a ticket's name or a node ID."""
    chosen = and_(_in_state(state, now), _about(wanted))
    twice = tickets.c.ticket_id.in_(select(strangers.c.ticket_id))
    order = (twice.desc(), tickets.c.issued_at.desc(), tickets.c.ticket_id)
    query = select(tickets).where(chosen).order_by(*order).offset(first).limit(most)
    count = conn.execute(select(func.count()).select_from(tickets).where(chosen)).scalar_one()
    return Listed(read(conn, query), count)


def counts(conn: Connection, now: datetime) -> dict[TicketState, int]:
    """How many tickets there are in each state."""
    count = select(func.count()).select_from(tickets)
    return {state: conn.execute(count.where(_in_state(state, now))).scalar_one() for state in TicketState}


def _in_state(state: TicketState | None, now: datetime) -> ColumnElement[bool]:
    unused, kept = tickets.c.node_id.is_(None), tickets.c.withdrawn_at.is_(None)
    match state:
        case TicketState.OPEN:
            return and_(unused, kept, tickets.c.expires_at >= now)
        case TicketState.USED:
            return tickets.c.node_id.is_not(None)
        case TicketState.EXPIRED:
            return and_(unused, kept, tickets.c.expires_at < now)
        case TicketState.WITHDRAWN:
            return and_(unused, tickets.c.withdrawn_at.is_not(None))
    return tickets.c.ticket_id.is_not(None)


def _about(wanted: str) -> ColumnElement[bool]:
    compact = "".join(wanted.split()).lower()
    if not compact:
        return tickets.c.ticket_id.is_not(None)
    codes = [one.kode_pemda for one in find_pemda(wanted)]
    return or_(tickets.c.kode_pemda.in_(codes), tickets.c.ticket_id == compact, tickets.c.node_id == compact)
