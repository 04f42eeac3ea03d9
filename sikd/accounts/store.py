"""The accounts: who exists, in which role, and for which Pemda.

A password is kept as its Argon2id hash only. Sessions and failed sign-ins have modules of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    false,
    insert,
    select,
    update,
)

from contract.text import T
from sikd.accounts import passwords
from sikd.accounts.errors import UnfitAccount
from sikd.accounts.roles import PEMDA_ROLES, Role
from sikd.audit import append
from sikd.database import Moment, metadata
from sikd.reference import pemda_by_kode

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")

accounts = Table(
    "accounts",
    metadata,
    Column("username", String(60), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("kode_pemda", String(5)),
    Column("password_hash", String(200), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(60), nullable=False),
    Column("signed_in_at", Moment),
    Column("must_change", Boolean, nullable=False, server_default=false()),
    Column("totp_secret", LargeBinary),
    Column("totp_step", Integer),
)


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account; kode_pemda is None for DJPK."""

    username: str
    role: Role
    kode_pemda: str | None
    active: bool = True
    signed_in_at: datetime | None = None
    must_change: bool = False
    """Whether somebody else knows the password, who gave it."""
    has_authenticator: bool = False


def add_user(
    conn: Connection,
    username: str,
    role: Role,
    kode_pemda: str | None,
    password: str,
    by: str,
    now: datetime,
    *,
    must_change: bool = False,
) -> User:
    """Make an account; raises UnfitAccount or PasswordTooWeak."""
    user = User(username, role, kode_pemda, must_change=must_change)
    _require_fit(conn, user)
    passwords.require_strong(password, username)
    conn.execute(
        insert(accounts).values(
            username=username,
            role=role.value,
            kode_pemda=kode_pemda,
            password_hash=passwords.hashed(password),
            active=True,
            created_at=now,
            created_by=by,
            must_change=must_change,
        )
    )
    details = {"role": role.value} | ({"kode_pemda": kode_pemda} if kode_pemda else {})
    append(conn, by, "account_added", username, details, now, kode_pemda=kode_pemda)
    return user


def authenticate(conn: Connection, username: str, password: str) -> User | None:
    """The active user with this name and password, or None, as slowly for a name that nobody has."""
    row = conn.execute(select(accounts).where(accounts.c.username == username)).one_or_none()
    fits = passwords.is_password(password, row.password_hash if row else None)
    return read_user(row) if row is not None and fits and row.active else None


def find_user(conn: Connection, username: str) -> User | None:
    """The account with this name, active or not; None where there is none."""
    row = conn.execute(select(accounts).where(accounts.c.username == username)).one_or_none()
    return read_user(row) if row is not None else None


def users(conn: Connection) -> tuple[User, ...]:
    """All accounts, DJPK's first, then by Pemda and name."""
    order = (accounts.c.kode_pemda.is_not(None), accounts.c.kode_pemda, accounts.c.username)
    return tuple(read_user(row) for row in conn.execute(select(accounts).order_by(*order)))


def change_password(
    conn: Connection, username: str, password: str, by: str, now: datetime, *, must_change: bool = False
) -> None:
    """Give an account another password; raises PasswordTooWeak."""
    passwords.require_strong(password, username)
    change = update(accounts).where(accounts.c.username == username)
    conn.execute(change.values(password_hash=passwords.hashed(password), must_change=must_change))
    append(conn, by, "password_changed", username, {}, now)


def set_active(conn: Connection, username: str, active: bool, by: str, now: datetime) -> None:
    """Close an account, or open it again; its history stays."""
    conn.execute(update(accounts).where(accounts.c.username == username).values(active=active))
    append(conn, by, "account_opened" if active else "account_closed", username, {}, now)


def _require_fit(conn: Connection, user: User) -> None:
    """Raise UnfitAccount where name, role and Pemda contradict one another or the name is taken."""
    if not _USERNAME.fullmatch(user.username):
        raise UnfitAccount(
            T("{username} is not a user name.", username=repr(user.username[:60])),
            remedy=T("Use 3 to 60 lower-case letters, digits, dots, dashes or underscores."),
        )
    if (user.role in PEMDA_ROLES) != (user.kode_pemda is not None):
        raise UnfitAccount(
            T("The role {role} does not fit the Pemda that was given, or its absence.", role=user.role.value),
            remedy=T("Give a kode Pemda to admin, verifikator and otorisator, and to nobody else."),
        )
    if user.kode_pemda is not None and pemda_by_kode(user.kode_pemda) is None:
        raise UnfitAccount(
            T("There is no Pemda {kode_pemda}.", kode_pemda=repr(user.kode_pemda[:20])),
            remedy=T("Look the Pemda up by its name; its code looks like 11.10."),
        )
    if find_user(conn, user.username) is not None:
        raise UnfitAccount(
            T("The user name {username} is taken.", username=user.username),
            remedy=T("Choose another name; an account that was closed can be opened again."),
        )


def read_user(row: Row[Any]) -> User:
    """A user from a row of the accounts table."""
    return User(
        username=row.username,
        role=Role(row.role),
        kode_pemda=row.kode_pemda,
        active=row.active,
        signed_in_at=row.signed_in_at,
        must_change=row.must_change,
        has_authenticator=row.totp_secret is not None,
    )
