"""The one-time values of requests, remembered for as long as a request could be sent again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Connection, String, Table, delete, insert, select
from sqlalchemy.exc import IntegrityError

from contract.errors import Replayed
from contract.text import T
from contract.wire.signing import NONCE_MEMORY
from sikd.database import Moment, metadata

nonces = Table(
    "nonces",
    metadata,
    Column("node_id", String(40), primary_key=True),
    Column("nonce", String(64), primary_key=True),
    Column("seen_at", Moment, nullable=False, index=True),
)


def remember(conn: Connection, node_id: str, nonce: str, now: datetime) -> None:
    """Remember that a node used this value; raises Replayed where it was used before."""
    seen = select(nonces.c.seen_at).where(nonces.c.node_id == node_id, nonces.c.nonce == nonce)
    if conn.execute(seen).one_or_none() is not None:
        raise _replayed()
    try:
        conn.execute(insert(nonces).values(node_id=node_id, nonce=nonce, seen_at=now))
    except IntegrityError as error:
        # Another process took the same request between the two statements.
        raise _replayed() from error


def forget_old(conn: Connection, now: datetime) -> None:
    """Forget the values of requests that are too old to be accepted anyway."""
    conn.execute(delete(nonces).where(nonces.c.seen_at < now - 2 * NONCE_MEMORY))


def _replayed() -> Replayed:
    return Replayed(
        T("This request was received before."),
        remedy=T("Nothing to do: the agent signs each request anew."),
    )
