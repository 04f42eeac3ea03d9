"""Programs of DJPK that ask in somebody's name: HTTP Basic over TLS, with the limits that a sign-in has.

No cookie speaks here, so no page of another site can make a browser act by itself.
"""

from __future__ import annotations

import base64
import binascii

from starlette.requests import Request

from contract.text import T
from sikd.accounts import attempts
from sikd.accounts.roles import DJPK_ROLES
from sikd.accounts.store import User, authenticate
from sikd.centre import centre_of
from sikd.errors import NotAllowed


def djpk_account(request: Request) -> User:
    """The account of DJPK that asks; raises NotAllowed or TooManyAttempts, and counts what failed."""
    username, password = _credentials(request.headers.get("authorization", ""))
    database, now = centre_of(request).database, centre_of(request).clock()
    address = request.client.host if request.client else ""
    with database.read() as connection:
        attempts.require_patience(connection, username, address, now)
        user = authenticate(connection, username, password)
    if user is not None and user.role in DJPK_ROLES and _is_for_programs(user):
        return user
    with database.begin() as connection:
        attempts.count_failure(connection, username, address, now)
    raise NotAllowed(
        T("This is for accounts of DJPK."),
        remedy=T("Send user name and password of such an account, one without an authenticator."),
    )


def _is_for_programs(user: User) -> bool:
    """A program has no phone: an account with an authenticator would be open to its password alone here."""
    return not user.must_change and not user.has_authenticator


def _credentials(header: str) -> tuple[str, str]:
    kind, _, encoded = header.partition(" ")
    try:
        text = base64.b64decode(encoded, validate=True).decode() if kind.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    username, _, password = text.partition(":")
    return username, password
