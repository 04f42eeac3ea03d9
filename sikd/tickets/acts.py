"""What officers do with install tickets: they issue them, and take them back before they are used."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from contract.text import T
from contract.wire.identity import key_id
from contract.wire.ticket import SECRET_BYTES, Ticket, is_centre_address
from sikd import audit
from sikd.accounts import User, require_officer
from sikd.errors import BadSettings, NotAsThingsStand, NothingThere
from sikd.reference import pemda_by_kode
from sikd.tickets import store
from sikd.tickets.store import IssuedTicket, TicketState

DAYS, MOST_DAYS = 14, 90

__all__ = ["DAYS", "MOST_DAYS", "SECRET_BYTES", "issue", "withdraw"]


def issue(
    conn: Connection,
    kode_pemda: str,
    days: int,
    by: User,
    now: datetime,
    *,
    address: str,
    centre_der: bytes,
    secret: bytes,
    form_id: str | None = None,
) -> Ticket:
    """A new ticket; its secret (SECRET_BYTES random bytes) is in what is returned, and nowhere else.

    `address` is the centre's public URL, `form_id` names the form that asked for it.
    """
    _require_officer(by)
    _require_sensible(kode_pemda, days)
    _require_address(address)
    ends = (now + timedelta(days=days)).replace(microsecond=0)
    ticket = Ticket(address, key_id(centre_der), secret, ends, kode_pemda)
    store.add(
        conn,
        {
            "ticket_id": ticket.ticket_id,
            "kode_pemda": kode_pemda,
            "public_der": ticket.public_der,
            "form_id": form_id,
            "issued_by": by.username,
            "issued_at": now,
            "expires_at": ends,
        },
    )
    details = {"days": str(days)}
    audit.append(conn, by.username, "ticket_issued", ticket.ticket_id, details, now, kode_pemda=kode_pemda)
    return ticket


def withdraw(conn: Connection, ticket_id: str, reason: str, by: User, now: datetime) -> IssuedTicket:
    """Take a ticket back that nobody has used."""
    _require_officer(by)
    ticket = store.get(conn, ticket_id, lock=True)
    if ticket.state(now) in {TicketState.USED, TicketState.WITHDRAWN}:
        raise NotAsThingsStand(
            T("Install ticket {ticket} is used or withdrawn already.", ticket=ticket_id),
            remedy=T("If the wrong node used it, turn that node away on its page."),
        )
    kept = reason.strip()[:500]
    store.change(conn, ticket_id, withdrawn_by=by.username, withdrawn_at=now, reason=kept)
    audit.append(
        conn, by.username, "ticket_withdrawn", ticket_id, {"reason": kept}, now, kode_pemda=ticket.kode_pemda
    )
    return store.get(conn, ticket_id)


def _require_officer(by: User) -> None:
    require_officer(by, T("{username} may not issue or withdraw install tickets.", username=by.username))


def _require_sensible(kode_pemda: str, days: int) -> None:
    if pemda_by_kode(kode_pemda) is None:
        raise NothingThere(
            T("There is no Pemda {kode_pemda}.", kode_pemda=repr(kode_pemda[:20])),
            remedy=T("Look the Pemda up by its name; its code looks like 11.10."),
        )
    if not 1 <= days <= MOST_DAYS:
        raise NotAsThingsStand(
            T("An install ticket is good for 1 to {most} days, not {days}.", most=MOST_DAYS, days=days),
            remedy=T("Choose a number of days in between; a new ticket can be issued at any time."),
        )


def _require_address(address: str) -> None:
    if not is_centre_address(address):
        raise BadSettings(
            T("public_url is {address}; an install ticket cannot lead there.", address=repr(address[:200])),
            remedy=T("Set public_url to the address that nodes use, like https://sikd.example.go.id."),
        )
