"""`sikd user list`: who has an account, and in which role."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from contract.text import T
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
        console.document(SCHEMA, {"users": [centre.described(user) for user in known]})
        return 0
    if not known:
        console.say(T("Nobody has an account yet; make one with `sikd user add`."))
        return 0
    states = {True: console.words(T("open")), False: console.words(T("closed"))}
    rows = [(user.username, user.role.value, _place(user.kode_pemda), states[user.active]) for user in known]
    console.listing((T("User"), T("Role"), T("Place"), T("State")), rows)
    return 0


def _place(kode_pemda: str | None) -> str:
    from sikd.reference import pemda_in_words

    return pemda_in_words(kode_pemda) if kode_pemda else "DJPK"
