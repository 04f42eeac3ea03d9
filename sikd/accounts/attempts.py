"""Slowing down whoever guesses passwords: failed sign-ins are counted by account, by address, and by both."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    String,
    Table,
    delete,
    func,
    insert,
    select,
)

from contract.text import T
from sikd.accounts.errors import TooManyAttempts
from sikd.database import Moment, metadata

WINDOW = timedelta(minutes=15)
LIMITS = {"account": 100, "address": 40, "both": 8}
"""Failures in a WINDOW: of an account wherever it was tried (many, so that no stranger shuts a person out on
the last of January), of an address (a whole office behind one router), and of an account at one address."""

failures = Table(
    "sign_in_failures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("name", String(100), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "kind", "name", "at"),
)


def require_patience(conn: Connection, username: str, address: str, now: datetime) -> None:
    """Raise TooManyAttempts where this account or this address failed too often just now."""
    for kind, name in _names(username, address).items():
        recent = select(func.count()).where(
            failures.c.kind == kind, failures.c.name == name, failures.c.at > now - WINDOW
        )
        if conn.execute(recent).scalar_one() >= LIMITS[kind]:
            raise TooManyAttempts(
                T("Too many sign-ins failed."),
                remedy=T("Wait {minutes} minutes and try again.", minutes=WINDOW // timedelta(minutes=1)),
            )


def count_failure(conn: Connection, username: str, address: str, now: datetime) -> None:
    """Remember a failed sign-in, and forget those that no longer count."""
    conn.execute(delete(failures).where(failures.c.at <= now - WINDOW))
    names = _names(username, address)
    conn.execute(insert(failures), [{"kind": kind, "name": name, "at": now} for kind, name in names.items()])


def forget_failures(conn: Connection, username: str) -> None:
    """Let a person who signed in start afresh; not the address, or one good account would cover guessing."""
    for kind, name in (("account", failures.c.name == username), ("both", _at_some_address(username))):
        conn.execute(delete(failures).where(failures.c.kind == kind, name))


def _names(username: str, address: str) -> dict[str, str]:
    known, where = username[:60], address[:39]
    return {"account": known, "address": where, "both": f"{known} {where}"}


def _at_some_address(username: str) -> ColumnElement[bool]:
    # No user name holds a space.
    return failures.c.name.startswith(f"{username} ", autoescape=True)
