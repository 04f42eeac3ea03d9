"""`sikd user close`: close the account of somebody who has left."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from contract.text import T
from sikd.cli.console import Console

EXAMPLE = "sikd user close petugas-1"
SCHEMA = "sikd.user/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Closes an account and ends its sessions; its history stays.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    parser.add_argument("username", metavar=_("USER"), help=_("as `sikd user list` shows it"))


def execute(options: Namespace, console: Console) -> int:
    """Close it; closing it again changes nothing."""
    from sikd import audit
    from sikd.accounts import given
    from sikd.cli import centre

    with centre.centre_database(centre.settings(options)) as database, database.begin() as connection:
        user = given.set_open(
            connection, centre.account(connection, options.username), False, audit.SYSTEM, centre.now()
        )
    if options.json:
        console.document(SCHEMA, centre.described(user))
    else:
        console.say(T("Account {username} is closed.", username=user.username))
    return 0
