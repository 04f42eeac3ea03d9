"""What can be wrong with an account.

AccountError
├── UnfitAccount        name, role and Pemda do not fit together, or the name is taken
├── PasswordTooWeak     too short, or the name of the account itself
├── WrongPassword       name and password do not fit together
└── TooManyAttempts     too many failed sign-ins; waiting helps
"""

from __future__ import annotations

from contract.errors import ExplainedError


class AccountError(ExplainedError):
    """Something about an account is not as it must be."""

    slug, code, status = "account", "SIKD-E600", 422


class UnfitAccount(AccountError):
    """Name, role and Pemda do not fit together, or the name is taken."""

    slug, code = "unfit-account", "SIKD-E601"


class PasswordTooWeak(AccountError):
    """The password would be guessed."""

    slug, code = "password-too-weak", "SIKD-E602"


class WrongPassword(AccountError):
    """Name and password do not fit together."""

    slug, code, status = "wrong-password", "SIKD-E604", 403


class TooManyAttempts(AccountError):
    """Too many sign-ins failed just now."""

    slug, code, status, retry_helps = "too-many-attempts", "SIKD-E603", 429, True
