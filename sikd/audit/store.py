"""The table of acts. Rows are only ever added; triggers of the database refuse anything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import JSON, BigInteger, Column, Connection, Integer, String, Table, insert, select

from sikd.database import Moment, metadata

SYSTEM = "sikd"
"""The actor of what the centre does by itself, such as judging a snapshot."""

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor", String(60), nullable=False),
    Column("act", String(60), nullable=False),
    Column("subject", String(120), nullable=False, index=True),
    Column("kode_pemda", String(5), index=True),
    Column("details", JSON, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Act:
    """One act: the actor is a user name, a node ID, or SYSTEM."""

    id: int
    at: datetime
    actor: str
    act: str
    subject: str
    kode_pemda: str | None
    details: Mapping[str, str]


def append(
    conn: Connection,
    actor: str,
    act: str,
    subject: str,
    details: Mapping[str, str],
    now: datetime,
    *,
    kode_pemda: str | None = None,
) -> None:
    """Write down one act in its own transaction; details never hold secrets or budget lines."""
    row = {"at": now, "actor": actor, "act": act, "subject": subject, "kode_pemda": kode_pemda}
    conn.execute(insert(audit_log).values(**row, details=dict(details)))


def acts(
    conn: Connection,
    *,
    subject: str | None = None,
    kode_pemda: str | None = None,
    before: int | None = None,
    limit: int = 100,
) -> tuple[Act, ...]:
    """The newest acts first, of one subject or one Pemda where given; `before` is the id to go on from."""
    query = select(audit_log).order_by(audit_log.c.id.desc()).limit(limit)
    for column, wanted in ((audit_log.c.subject, subject), (audit_log.c.kode_pemda, kode_pemda)):
        query = query.where(column == wanted) if wanted is not None else query
    if before is not None:
        query = query.where(audit_log.c.id < before)
    columns = ("id", "at", "actor", "act", "subject", "kode_pemda", "details")
    return tuple(Act(*(getattr(row, name) for name in columns)) for row in conn.execute(query))
