"""`sinergi access set`: keep the password of the finance database, or of the proxy, and try it once."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from agent.cli.console import Console
from agent.cli.secret import add_password_file, password_from
from contract.text import T

if TYPE_CHECKING:
    from agent.settings import Config
    from agent.storage.vault import Vault

EXAMPLE = "sudo sinergi access set"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Keep the password of the finance database, or of the proxy, in the vault, and try it.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    parser.add_argument("--proxy", action="store_true", help=_("the password of the proxy"))
    parser.add_argument("--no-try", action="store_true", help=_("keep it only; sign in nowhere"))
    add_password_file(parser, _)


def execute(options: Namespace, console: Console) -> int:
    """Keep the password, whatever comes of trying it; an error says why it does not work now."""
    from agent.cli.service_user import become_service_user, environment_for_vault
    from agent.config import load
    from agent.paths import locate
    from agent.storage.vault import open_vault

    question = T("Password of the proxy") if options.proxy else T("Password of the database account")
    # Read first: the file may be open to root alone.
    password = password_from(options.password_file, question, console)
    become_service_user(console)
    paths = locate(console.environment)
    config, vault = load(paths.config_file), open_vault(paths, environment_for_vault(console))
    if options.proxy:
        _keep_for_the_proxy(password, vault)
    else:
        _keep_for_the_database(password, config, vault)
    console.say(T("The password is kept in the vault."))
    if options.no_try:
        return 0
    if options.proxy:
        _try_the_proxy(password, config, console)
    else:
        _try_the_database(config, vault, console)
    return 0


def _keep_for_the_proxy(password: str, vault: Vault) -> None:
    from agent.storage.vault import PROXY_PASSWORD

    vault.set(PROXY_PASSWORD, password)


def _keep_for_the_database(password: str, config: Config, vault: Vault) -> None:
    from agent.access.book import keep, set_here
    from agent.config import required_database
    from agent.storage.vault import DATABASE_PASSWORD

    # Without one there, the access from the centre would go and nothing would come in its place.
    required_database(config)
    vault.set(DATABASE_PASSWORD, password)
    # From now on what agent.toml says counts, and not what was entered at the centre before.
    keep(vault, lambda book: set_here(book, secrets.token_hex(16)))


def _try_the_database(config: Config, vault: Vault, console: Console) -> None:
    """Sign in once; raises an ExplainedError."""
    from agent.access.in_use import access_of, sign_in
    from connectors.registry import ENGINES

    access = access_of(config, vault)
    if access.engine not in ENGINES:
        # How a connector from outside signs in, only it knows.
        console.say(T("Try it now: `sudo sinergi source probe`."))
        return
    with console.working(T("Trying the finance database")):
        sign_in(access)
    console.say(T("✓ The finance database lets the agent in."))
    console.say(
        T("A running agent takes it within five minutes, or at once: `sudo systemctl reload sinergi`.")
    )


def _try_the_proxy(password: str, config: Config, console: Console) -> None:
    """Ask the proxy once for the way to the centre; raises an ExplainedError."""
    from agent.checkup.road import Road

    centre = config.centre
    if centre is None or not (centre.way_out and centre.proxy_user):
        console.say(T("No proxy is asked yet: [centre] names none, or no `proxy_user`."))
        return
    with console.working(T("Trying the proxy")):
        # Once only: a wrong password counts against the account.
        check = Road(centre, password, datetime.now(UTC)).proxy()
    console.say(T("✓ {detail}", detail=check.detail))
