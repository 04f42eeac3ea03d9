"""What the officers of DJPK alone may do; where two of them are needed, the act itself sees to it."""

from __future__ import annotations

from contract.text import T, Text
from sikd.accounts.roles import Role
from sikd.accounts.store import User
from sikd.errors import NotAllowed

OFFICERS = frozenset({Role.PETUGAS, Role.PENYETUJU})


def require_officer(by: User, refusal: Text) -> None:
    """Raise NotAllowed with this sentence unless an officer acts, whose account is open."""
    if by.role not in OFFICERS or not by.active:
        raise NotAllowed(refusal, remedy=T("Sign in as a petugas or penyetuju of DJPK."))
