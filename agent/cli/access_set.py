"""`sinergi access set`: keep the password of the finance database, or of the proxy, in the vault."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from agent.cli.console import Console
from agent.cli.secret import add_password_file, password_from
from contract.text import T

EXAMPLE = "sudo sinergi access set"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Keep the password of the finance database, or of the proxy, in the vault.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    parser.add_argument("--proxy", action="store_true", help=_("the password of the proxy"))
    add_password_file(parser, _)


def execute(options: Namespace, console: Console) -> int:
    """Ask for the password and keep it."""
    from agent.access.book import keep, set_here
    from agent.cli.service_user import become_service_user, environment_for_vault
    from agent.paths import locate
    from agent.storage.vault import DATABASE_PASSWORD, PROXY_PASSWORD, open_vault

    question = T("Password of the proxy") if options.proxy else T("Password of the database account")
    # Read first: the file may be open to root alone.
    password = password_from(options.password_file, question, console)
    become_service_user(console)
    vault = open_vault(locate(console.environment), environment_for_vault(console))
    if options.proxy:
        vault.set(PROXY_PASSWORD, password)
        console.say(T("The password is kept in the vault. Try it with `sudo sinergi doctor`."))
        return 0
    vault.set(DATABASE_PASSWORD, password)
    # From now on what agent.toml says counts, and not what was entered at the centre before.
    keep(vault, lambda book: set_here(book, secrets.token_hex(16)))
    console.say(T("The password is kept in the vault. Try it now: `sudo sinergi source probe`."))
    return 0
