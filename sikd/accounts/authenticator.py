"""A second proof beside the password: the six digits that an authenticator app shows (TOTP, RFC 6238).

A code is good once: who reads it over a shoulder, or from a false page, comes too late.
"""

from __future__ import annotations

import base64
from datetime import datetime
from urllib.parse import quote

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import Connection, select, update

from contract.text import T
from sikd.accounts.errors import WrongPassword
from sikd.accounts.store import accounts
from sikd.audit import append

SECRET_BYTES = 20
_DIGITS, _STEP_SECONDS = 6, 30
_STEPS = (0, -1, 1)
"""A phone's clock may be half a minute off, and a person takes a while to type."""


def as_text(secret: bytes) -> str:
    """A secret as authenticator apps take it, in base32."""
    return base64.b32encode(secret).decode()


def from_text(text: str) -> bytes:
    """The secret of a form; raises WrongPassword where it is none."""
    try:
        secret = base64.b32decode(text)
    except ValueError:  # binascii.Error is one
        secret = b""
    if len(secret) != SECRET_BYTES:
        raise _wrong_code()
    return secret


def address(username: str, secret: bytes) -> str:
    """What the QR code holds: `otpauth://…`."""
    label = quote(f"Sinergi SIKD:{username}")
    return f"otpauth://totp/{label}?secret={as_text(secret)}&issuer={quote('Sinergi SIKD')}"


def code_at(secret: bytes, now: datetime) -> str:
    """What an app shows at this time."""
    return _totp(secret).generate(int(now.timestamp())).decode()


def set_up(conn: Connection, username: str, secret: bytes, code: str, now: datetime) -> None:
    """Ask this person for codes from now on; raises WrongPassword where this is not the app's."""
    if (step := _step_of(secret, code, now)) is None:
        raise _wrong_code()
    _store(conn, username, totp_secret=secret, totp_step=step)
    append(conn, username, "authenticator_set_up", username, {}, now)


def take_away(conn: Connection, username: str, by: str, now: datetime) -> None:
    """Ask this person for no codes any more."""
    _store(conn, username, totp_secret=None, totp_step=None)
    append(conn, by, "authenticator_taken_away", username, {}, now)


def require_code(conn: Connection, username: str, code: str, now: datetime) -> None:
    """Raise WrongPassword where this person has an authenticator and the code is not its next one."""
    found = conn.execute(
        select(accounts.c.totp_secret, accounts.c.totp_step)
        .where(accounts.c.username == username)
        .with_for_update()
    ).one()
    if found.totp_secret is None:
        return
    step = _step_of(found.totp_secret, code, now)
    if step is None or step <= found.totp_step:
        raise _wrong_code()
    _store(conn, username, totp_step=step)


def _step_of(secret: bytes, code: str, now: datetime) -> int | None:
    """The step of time in which the app shows this code; None where it is none of now."""
    typed = "".join(code.split())
    for shift in _STEPS:
        at = int(now.timestamp()) + shift * _STEP_SECONDS
        if typed == _totp(secret).generate(at).decode():
            return at // _STEP_SECONDS
    return None


def _totp(secret: bytes) -> TOTP:
    # SHA-1 is what every app knows; HMAC with it is not what SHA-1 is broken for.
    return TOTP(secret, _DIGITS, SHA1(), _STEP_SECONDS)  # noqa: S303


def _store(conn: Connection, username: str, **values: object) -> None:
    conn.execute(update(accounts).where(accounts.c.username == username).values(**values))


def _wrong_code() -> WrongPassword:
    return WrongPassword(
        T("The code is not the one that the authenticator shows now."),
        remedy=T("Type the six digits that are shown now; each code is good once. Check the phone's clock."),
    )
