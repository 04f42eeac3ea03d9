"""Keeping passwords as Argon2id hashes, and refusing those that would be guessed first."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from contract.text import T
from sikd.accounts.errors import PasswordTooWeak

MIN_CHARACTERS, MAX_CHARACTERS = 12, 200
# OWASP's parameters for Argon2id: 19 MiB a sign-in, so that a rush of them does not fill the server's memory.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hashed(password: str) -> str:
    """The Argon2id hash of a password, salt and parameters included."""
    return _HASHER.hash(password)


def is_password(password: str, password_hash: str | None) -> bool:
    """Whether the password fits; without a hash (nobody has this name) the work is done all the same."""
    try:
        _HASHER.verify(password_hash or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def require_strong(password: str, username: str) -> None:
    """Raise PasswordTooWeak for a password that is short, endless, or made of the account's own name."""
    if not MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS:
        raise PasswordTooWeak(
            T("A password has {least} to {most} characters.", least=MIN_CHARACTERS, most=MAX_CHARACTERS),
            remedy=T("Choose a longer one; several words that do not belong together are good."),
        )
    if username.casefold() in password.casefold() or len(set(password)) < 5:
        raise PasswordTooWeak(
            T("The password repeats the user name, or one and the same few characters."),
            remedy=T("Choose another one; several words that do not belong together are good."),
        )


@cache
def _nobodys_hash() -> str:
    """What an unknown name is checked against, so that the time taken does not tell who exists."""
    return hashed("nobody has this password")
