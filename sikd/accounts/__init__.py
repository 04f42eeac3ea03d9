"""Who may do what at the centre: people, their roles, and how they prove who they are."""

from sikd.accounts.errors import AccountError, PasswordTooWeak, TooManyAttempts, UnfitAccount, WrongPassword
from sikd.accounts.officers import OFFICERS, require_officer
from sikd.accounts.roles import DJPK_ROLES, PEMDA_ROLES, ROLE_NAMES, Role
from sikd.accounts.store import User, add_user, authenticate, change_password, find_user, set_active, users

__all__ = [
    "DJPK_ROLES",
    "OFFICERS",
    "PEMDA_ROLES",
    "ROLE_NAMES",
    "AccountError",
    "PasswordTooWeak",
    "Role",
    "TooManyAttempts",
    "UnfitAccount",
    "User",
    "WrongPassword",
    "add_user",
    "authenticate",
    "change_password",
    "find_user",
    "require_officer",
    "set_active",
    "users",
]
