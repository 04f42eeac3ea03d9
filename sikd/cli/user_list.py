"""`sikd user list`: who has an account, and in which role."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from sikd.cli.console import Console

EXAMPLE = "sikd user list"
SCHEMA = "sikd.users/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Lists the accounts and their roles.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """This command has no options of its own."""


def execute(options: Namespace, console: Console) -> int:
    """Print the accounts, DJPK's first."""
    from sikd.accounts import users
    from sikd.cli import centre

    with centre.centre_database(centre.settings(options)) as database, database.read() as connection:
        known = users(connection)
    if options.json:
        listed = [
            {
                "username": user.username,
                "role": user.role,
                "kode_pemda": user.kode_pemda,
                "active": user.active,
            }
            for user in known
        ]
        console.document(SCHEMA, {"users": listed})
        return 0
    console.table([(user.username, user.role.value, user.kode_pemda or "DJPK") for user in known])
    return 0
