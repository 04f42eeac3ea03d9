"""Who is signed in: the browser holds a random token, the database its hash, so a copy opens nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, ForeignKey, String, Table, delete, insert, select, update

from sikd.accounts.store import User, accounts, read_user
from sikd.audit import append
from sikd.database import Moment, metadata

IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
_STEP = timedelta(minutes=1)

sessions = Table(
    "sessions",
    metadata,
    Column("token_sha256", String(64), primary_key=True),
    Column("username", String(60), ForeignKey("accounts.username"), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("used_at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Session:
    """An open session: whose it is, and when it was last written down as used."""

    user: User
    used_at: datetime

    def is_due(self, now: datetime) -> bool:
        """Whether its use is to be written down again: once a minute, so that most pages only read."""
        return self.used_at < now - _STEP


def open_session(conn: Connection, user: User, token: str, now: datetime) -> None:
    """Remember that the holder of this random token is `user`, and clear away what ended long ago."""
    conn.execute(delete(sessions).where(sessions.c.opened_at <= now - LONGEST))
    opened = {"token_sha256": _hash(token), "username": user.username, "opened_at": now, "used_at": now}
    conn.execute(insert(sessions).values(**opened))
    conn.execute(update(accounts).where(accounts.c.username == user.username).values(signed_in_at=now))
    append(conn, user.username, "signed_in", user.username, {}, now, kode_pemda=user.kode_pemda)


def find_session(conn: Connection, token: str, now: datetime) -> Session | None:
    """The session of this token, or None where it has ended, never was, or its account is closed."""
    row = conn.execute(
        select(accounts, sessions.c.used_at)
        .join(sessions, sessions.c.username == accounts.c.username)
        .where(sessions.c.token_sha256 == _hash(token), accounts.c.active)
        .where(sessions.c.opened_at > now - LONGEST, sessions.c.used_at > now - IDLE)
    ).one_or_none()
    return Session(read_user(row), row.used_at) if row is not None else None


def keep_open(conn: Connection, token: str, now: datetime) -> None:
    """Write down that a session was used."""
    conn.execute(update(sessions).where(sessions.c.token_sha256 == _hash(token)).values(used_at=now))


def close_session(conn: Connection, token: str) -> None:
    """Sign the holder of this token out."""
    conn.execute(delete(sessions).where(sessions.c.token_sha256 == _hash(token)))


def close_sessions(conn: Connection, username: str) -> None:
    """Sign a person out everywhere, as after a new password."""
    conn.execute(delete(sessions).where(sessions.c.username == username))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
