"""The install tickets: for which Pemda, until when, which node has used each, and who came second.

A ticket's secret is never kept: only the public half of its key, which can judge a proof and not make one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    insert,
    select,
    update,
)

from contract.text import T
from sikd.database import Moment, metadata
from sikd.errors import NothingThere

tickets = Table(
    "install_tickets",
    metadata,
    Column("ticket_id", String(10), primary_key=True),
    Column("kode_pemda", String(5), nullable=False, index=True),
    Column("public_der", LargeBinary, nullable=False),
    # The form that asked for it; the same form sent twice issues one ticket.
    Column("form_id", String(32), unique=True),
    Column("issued_by", String(60), nullable=False),
    Column("issued_at", Moment, nullable=False, index=True),
    Column("expires_at", Moment, nullable=False),
    Column("withdrawn_by", String(60)),
    Column("withdrawn_at", Moment),
    Column("reason", String(500), nullable=False, default=""),
    Column("node_id", String(40), index=True),
    Column("used_at", Moment),
)
strangers = Table(
    "ticket_strangers",
    metadata,
    Column("ticket_id", String(10), ForeignKey("install_tickets.ticket_id"), primary_key=True),
    Column("node_id", String(40), primary_key=True),
    Column("hostname", String(200), nullable=False),
    Column("network", String(60), nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
)


class TicketState(StrEnum):
    """What a ticket is good for now."""

    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    """A ticket as the centre knows it; `node_id` is the node that has used it."""

    ticket_id: str
    kode_pemda: str
    public_der: bytes
    issued_by: str
    issued_at: datetime
    expires_at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    reason: str
    node_id: str | None
    used_at: datetime | None

    def state(self, now: datetime) -> TicketState:
        """What it is good for: once used it stays used, whatever its date says."""
        if self.node_id is not None:
            return TicketState.USED
        if self.withdrawn_at is not None:
            return TicketState.WITHDRAWN
        return TicketState.EXPIRED if now > self.expires_at else TicketState.OPEN


@dataclass(frozen=True, slots=True)
class Stranger:
    """A node that came with a ticket which another had used; `hostname` is what it says of itself."""

    ticket_id: str
    node_id: str
    hostname: str
    network: str
    first_at: datetime
    last_at: datetime
    tries: int


_FIELDS = (
    "ticket_id", "kode_pemda", "public_der", "issued_by", "issued_at", "expires_at", "withdrawn_by",
    "withdrawn_at", "reason", "node_id", "used_at",
)  # fmt: skip
_OF_STRANGER = ("ticket_id", "node_id", "hostname", "network", "first_at", "last_at", "tries")


def find(conn: Connection, ticket_id: str, *, lock: bool = False) -> IssuedTicket | None:
    """The ticket of this name, or None; `lock` holds it until the transaction ends."""
    query = select(tickets).where(tickets.c.ticket_id == ticket_id)
    row = conn.execute(query.with_for_update() if lock else query).one_or_none()
    return _ticket(row) if row is not None else None


def get(conn: Connection, ticket_id: str, *, lock: bool = False) -> IssuedTicket:
    """The ticket of this name; raises NothingThere."""
    found = find(conn, ticket_id, lock=lock)
    if found is None:
        raise NothingThere(
            T("There is no install ticket {ticket}.", ticket=repr(ticket_id[:20])),
            remedy=T("Look it up in the list of tickets; a ticket's name has 10 letters and digits."),
        )
    return found


def of_form(conn: Connection, form_id: str) -> IssuedTicket | None:
    """The ticket that was issued when this form was sent before."""
    row = conn.execute(select(tickets).where(tickets.c.form_id == form_id)).one_or_none()
    return _ticket(row) if row is not None else None


def used_by(conn: Connection, node_ids: Collection[str]) -> dict[str, IssuedTicket]:
    """For each of these nodes that came with a ticket, the one that it used last."""
    query = select(tickets).where(tickets.c.node_id.in_(node_ids)).order_by(tickets.c.used_at)
    return {row.node_id: _ticket(row) for row in conn.execute(query)}


def invited(of_pemda: Collection[str] | None = None) -> Select[Any]:
    """A query for the IDs of the nodes that came with a ticket (of these Pemda), for use inside another."""
    query = select(tickets.c.node_id).where(tickets.c.node_id.is_not(None))
    return query if of_pemda is None else query.where(tickets.c.kode_pemda.in_(of_pemda))


def strangers_of(conn: Connection, ticket_id: str) -> tuple[Stranger, ...]:
    """Who came with a ticket after another had used it, in the order in which they came."""
    query = select(strangers).where(strangers.c.ticket_id == ticket_id)
    return _strangers(conn, query.order_by(strangers.c.first_at, strangers.c.node_id))


def attempts_of(conn: Connection, node_id: str) -> tuple[Stranger, ...]:
    """The tickets with which this node came although another had used them."""
    return _strangers(conn, select(strangers).where(strangers.c.node_id == node_id))


def alarmed(conn: Connection, ticket_ids: Collection[str]) -> frozenset[str]:
    """Which of these tickets were tried by a second node."""
    query = select(strangers.c.ticket_id).where(strangers.c.ticket_id.in_(ticket_ids)).distinct()
    return frozenset(conn.execute(query).scalars())


def alarms_since(conn: Connection, moment: datetime) -> int:
    """How many tickets were tried by a second node since then."""
    query = select(strangers.c.ticket_id).where(strangers.c.last_at >= moment).distinct()
    return len(conn.execute(query).all())


def add(conn: Connection, values: dict[str, Any]) -> None:
    """Write a ticket that was just issued."""
    conn.execute(insert(tickets).values(**values))


def change(conn: Connection, ticket_id: str, **values: Any) -> None:
    """Change columns of one ticket."""
    conn.execute(update(tickets).where(tickets.c.ticket_id == ticket_id).values(**values))


def note_stranger(conn: Connection, stranger: Stranger) -> None:
    """Remember who came second, or that the same one came again."""
    same = (strangers.c.ticket_id == stranger.ticket_id, strangers.c.node_id == stranger.node_id)
    again = update(strangers).where(*same)
    fields = {"last_at": stranger.last_at, "tries": stranger.tries, "hostname": stranger.hostname}
    if not conn.execute(again.values(**fields)).rowcount:
        conn.execute(insert(strangers).values({name: getattr(stranger, name) for name in _OF_STRANGER}))


def read(conn: Connection, query: Select[Any]) -> tuple[IssuedTicket, ...]:
    """The tickets that a query for rows of `tickets` finds."""
    return tuple(_ticket(row) for row in conn.execute(query))


def _ticket(row: Row[Any]) -> IssuedTicket:
    return IssuedTicket(**{name: getattr(row, name) for name in _FIELDS})


def _strangers(conn: Connection, query: Select[Any]) -> tuple[Stranger, ...]:
    return tuple(
        Stranger(**{name: getattr(row, name) for name in _OF_STRANGER}) for row in conn.execute(query)
    )
