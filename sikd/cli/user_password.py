"""`sikd user password`: another password for somebody who lost theirs, or their phone."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from contract.text import T
from sikd.cli.console import Console

EXAMPLE = "sikd user password petugas-1"
SCHEMA = "sikd.user/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Gives an account another password; its person changes it when signing in.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    from sikd.cli import centre

    parser.add_argument("username", metavar=_("USER"), help=_("as `sikd user list` shows it"))
    centre.add_password_option(parser, _)


def execute(options: Namespace, console: Console) -> int:
    """Replace the password, take the authenticator away, and end the sessions."""
    from sikd import audit
    from sikd.accounts import given
    from sikd.cli import centre

    with centre.centre_database(centre.settings(options)) as database:
        with database.read() as connection:
            centre.account(connection, options.username)
        secret = centre.new_password(options, console, options.username)
        with database.begin() as connection:
            user = centre.account(connection, options.username)
            given.replace_password(connection, user, secret, audit.SYSTEM, centre.now())
    if options.json:
        console.document(SCHEMA, centre.described(user))
    else:
        console.say(
            T(
                "Account {username} has another password; its person has to change it when signing in.",
                username=user.username,
            )
        )
    return 0
