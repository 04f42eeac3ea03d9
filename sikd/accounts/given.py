"""Accounts that one person gives another: DJPK to its people and to each Pemda's admin, who gives the rest.

Whoever gives an account knows its first password; until the person has changed it, it opens nothing else.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from contract.text import T
from sikd.accounts import authenticator
from sikd.accounts.roles import DJPK_ROLES, Role
from sikd.accounts.sessions import close_sessions
from sikd.accounts.store import User, add_user, change_password, find_user, set_active, users
from sikd.errors import NotAllowed, NothingThere

GIVES: Mapping[Role, frozenset[Role]] = {
    Role.ADMIN_SISTEM: DJPK_ROLES | {Role.ADMIN},
    Role.ADMIN: frozenset({Role.VERIFIKATOR, Role.OTORISATOR}),
}
"""The roles that each role gives; an admin of a Pemda gives them for that Pemda alone."""
_RANDOM_BYTES = 10
Random = Callable[[int], bytes]


def given_by(conn: Connection, giver: User) -> tuple[User, ...]:
    """The accounts that this person gives and takes, in the order of `users`; never one's own."""
    return tuple(each for each in users(conn) if _is_given_by(each, giver))


def account_of(conn: Connection, username: str, giver: User) -> User:
    """One of the accounts that this person gives; raises NothingThere for any other."""
    user = find_user(conn, username)
    if user is None or not _is_given_by(user, giver):
        raise NothingThere(
            T("There is no account {username} that you could change.", username=repr(username[:60])),
            remedy=T("Look it up in the list of accounts."),
        )
    return user


def give(
    conn: Connection,
    username: str,
    role: Role,
    kode_pemda: str | None,
    giver: User,
    now: datetime,
    random: Random,
) -> str:
    """Make an account and return its first password; raises NotAllowed or UnfitAccount."""
    kode = giver.kode_pemda or kode_pemda
    if role not in GIVES.get(giver.role, frozenset()):
        raise NotAllowed(
            T("Your role does not give accounts of the role {role}.", role=role.value),
            remedy=T("DJPK gives the admin of a Pemda an account; the admin gives the two others."),
        )
    password = _first_password(random)
    add_user(conn, username, role, kode, password, giver.username, now, must_change=True)
    return password


def give_password(conn: Connection, username: str, giver: User, now: datetime, random: Random) -> str:
    """Another first password for somebody who lost theirs, or their phone; raises NothingThere."""
    user = account_of(conn, username, giver)
    password = _first_password(random)
    replace_password(conn, user, password, giver.username, now)
    return password


def replace_password(conn: Connection, user: User, password: str, by: str, now: datetime) -> None:
    """A password that its person has to change, without an authenticator; raises PasswordTooWeak."""
    change_password(conn, user.username, password, by, now, must_change=True)
    if user.has_authenticator:
        authenticator.take_away(conn, user.username, by, now)
    close_sessions(conn, user.username)


def close(conn: Connection, username: str, giver: User, now: datetime) -> None:
    """Close an account and end its sessions; raises NothingThere."""
    account_of(conn, username, giver)
    set_active(conn, username, False, giver.username, now)
    close_sessions(conn, username)


def open_again(conn: Connection, username: str, giver: User, now: datetime) -> None:
    """Open an account that was closed; raises NothingThere."""
    account_of(conn, username, giver)
    set_active(conn, username, True, giver.username, now)


def set_open(conn: Connection, user: User, is_open: bool, by: str, now: datetime) -> User:
    """Open or close an account, which ends its sessions; one that is so already stays untouched."""
    if user.active is is_open:
        return user
    set_active(conn, user.username, is_open, by, now)
    if not is_open:
        close_sessions(conn, user.username)
    return replace(user, active=is_open)


def _is_given_by(user: User, giver: User) -> bool:
    within_reach = giver.kode_pemda in {None, user.kode_pemda} and user.username != giver.username
    return within_reach and user.role in GIVES.get(giver.role, frozenset())


def _first_password(random: Random) -> str:
    """Sixteen letters and digits in groups of four, to be read from a screen or a slip of paper."""
    letters = base64.b32encode(random(_RANDOM_BYTES)).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
