"""`sikd user add`: make an account for a person at DJPK or at a Pemda."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from contract.text import T
from sikd.cli.console import Console

EXAMPLE = "sikd user add petugas-1 --role petugas"
SCHEMA = "sikd.user/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Makes an account; its password is asked for.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    from sikd.accounts import Role
    from sikd.cli import centre

    parser.add_argument("username", metavar=_("USER"), help=_("3 to 60 lower-case letters, digits or . _ -"))
    parser.add_argument(
        "--role", required=True, choices=[role.value for role in Role], help=_("what the person does")
    )
    parser.add_argument(
        "--pemda", metavar=_("KODE"), help=_("kode Pemda, for admin, verifikator and otorisator")
    )
    centre.add_password_option(parser, _)


def execute(options: Namespace, console: Console) -> int:
    """Make the account."""
    from sikd import audit
    from sikd.accounts import Role, add_user
    from sikd.cli import centre

    with centre.centre_database(centre.settings(options)) as database:
        secret = centre.new_password(options, console, options.username)
        with database.begin() as connection:
            user = add_user(
                connection,
                options.username,
                Role(options.role),
                options.pemda,
                secret,
                audit.SYSTEM,
                centre.now(),
            )
    if options.json:
        console.document(SCHEMA, centre.described(user))
    else:
        console.say(T("Account {username} was made.", username=user.username))
    return 0
