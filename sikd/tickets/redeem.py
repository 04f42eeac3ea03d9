"""A node comes with a ticket: it is let in once, for one key, and whoever comes second raises an alarm."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from contract.errors import TicketExpired, TicketUsed, TicketWithdrawn, UnknownTicket
from contract.text import T
from contract.wire.messages import Registered
from contract.wire.ticket import ticket_id
from sikd import audit
from sikd.errors import Remembered
from sikd.tickets import store
from sikd.tickets.store import IssuedTicket, Stranger, TicketState

COUNTED_EVERY = timedelta(minutes=1)
"""An agent that was refused asks again each minute; who asks more often is counted no more often."""
MOST_STRANGERS = 20
"""So many keys of one ticket are written down; a ticket that everybody has fills no table."""


class TicketUsedBefore(TicketUsed, Remembered):
    """Another node has used the ticket; that somebody else came is written down although it is refused."""


def redeem(
    conn: Connection, public_der: bytes, registered: Registered, network: str, now: datetime
) -> IssuedTicket:
    """Bind the ticket of this key to a node whose registration proves it; raises a TicketRefused.

    1. The centre has issued it.
    2. No other node has used it; one that has may come again, and neither date nor withdrawal matter then.
    3. It was not withdrawn, and its time is not over.
    """
    ticket = store.find(conn, ticket_id(public_der), lock=True)
    if ticket is None or ticket.public_der != public_der:
        raise UnknownTicket(
            T("No such install ticket was issued here."),
            remedy=T("Ask DJPK for a new ticket, telephone 150420."),
        )
    if ticket.node_id == registered.node_id:
        return ticket
    if ticket.node_id is not None:
        raise _alarm(conn, ticket, registered, network, now)
    _require_good(ticket, now)
    store.change(conn, ticket.ticket_id, node_id=registered.node_id, used_at=now)
    details = {"hostname": registered.says.hostname}
    audit.append(
        conn, registered.node_id, "ticket_used", ticket.ticket_id, details, now, kode_pemda=ticket.kode_pemda
    )
    return store.get(conn, ticket.ticket_id)


def _require_good(ticket: IssuedTicket, now: datetime) -> None:
    state = ticket.state(now)
    if state is TicketState.WITHDRAWN:
        raise TicketWithdrawn(
            T("Install ticket {ticket} was withdrawn by DJPK.", ticket=ticket.ticket_id),
            remedy=T("Ask DJPK for the ticket that holds, telephone 150420."),
        )
    if state is TicketState.EXPIRED:
        raise TicketExpired(
            T("The time of install ticket {ticket} is over.", ticket=ticket.ticket_id),
            remedy=T("Ask DJPK for a new ticket, telephone 150420."),
        )


def _alarm(
    conn: Connection, ticket: IssuedTicket, registered: Registered, network: str, now: datetime
) -> TicketUsedBefore:
    """Write down that a second key came: once in the log, and then in its count."""
    known = {each.node_id: each for each in store.strangers_of(conn, ticket.ticket_id)}
    before, says = known.get(registered.node_id), registered.says
    if before is not None and now - before.last_at >= COUNTED_EVERY:
        again = replace(before, hostname=says.hostname, last_at=now, tries=before.tries + 1)
        store.note_stranger(conn, again)
    if before is None and len(known) < MOST_STRANGERS:
        who = (ticket.ticket_id, registered.node_id, says.hostname, network)
        store.note_stranger(conn, Stranger(*who, first_at=now, last_at=now, tries=1))
        details = {"used_by": ticket.node_id or "", "hostname": says.hostname, "network": network}
        audit.append(
            conn,
            registered.node_id,
            "ticket_used_again",
            ticket.ticket_id,
            details,
            now,
            kode_pemda=ticket.kode_pemda,
        )
    return TicketUsedBefore(
        T("Install ticket {ticket} was used by another node before.", ticket=ticket.ticket_id),
        remedy=T("If it was not you who used it first, call DJPK at once, telephone 150420."),
    )
