"""`sinergi access approve`: agree that the agent connects to where the newest access leads."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from agent.cli.console import Console
from agent.cli.usage import UsageError
from contract.text import T

if TYPE_CHECKING:
    from agent.access.book import Entry

EXAMPLE = "sudo sinergi access approve"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Show where the access that was entered at the centre leads, and approve it.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    parser.add_argument(
        "--host", metavar=_("HOST"), help=_("the host as you know it; needed where it is this server itself")
    )
    parser.add_argument("--yes", action="store_true", help=_("approve without being asked; needs --host"))


def execute(options: Namespace, console: Console) -> int:
    """Show the target, ask, and keep the approval."""
    from agent.access.book import approve, keep, read_book
    from agent.cli.opened import opened

    with opened(console) as node:
        entry = read_book(node.vault).newest
        if entry is None:
            console.say(T("No access from the centre waits here."))
            return 0
        show_target(entry, console)
        if node.may_use(entry):
            console.say(T("This target is approved already."))
            return 0
        named = _named(options, entry)
        if not (options.yes and named) and not _agreed(console):
            console.say(T("Nothing was approved."))
            return 5
        keep(node.vault, lambda book: approve(book, entry.target, named=named))
    console.say(
        T("Approved. The centre hears of it within a minute; try it now with `sudo sinergi access test`.")
    )
    return 0


def show_target(entry: Entry, console: Console) -> None:
    """Print where an access leads, and its account; never its password."""
    access = entry.access
    console.facts(
        [
            (T("Version"), str(entry.version)),
            (T("Application"), f"{access.application} ({access.engine.value})"),
            (T("Server"), f"{access.host}:{access.port}"),
            (T("Database"), f"{access.database} ({access.named_by.value})"),
            (T("Encryption"), access.tls.value),
            (T("Account"), access.user),
        ]
    )


def _named(options: Namespace, entry: Entry) -> bool:
    """Whether the person named the host; raises UsageError where they named another, or have to name it."""
    from agent.access.target import addresses_of, is_close

    host = entry.target.host
    if options.host is not None and options.host.lower() != host:
        raise UsageError(
            T("The access leads to {host}, not to {named}.", host=host, named=options.host[:60]),
            remedy=T("If {host} is not the finance database, do not approve it; tell DJPK.", host=host),
        )
    if options.host is None and is_close(host, addresses_of):
        raise UsageError(
            T("{host} is this server itself, or stands on its own wire.", host=host),
            remedy=T("If that is right, run `sudo sinergi access approve --host {host}`.", host=host),
        )
    return options.host is not None


def _agreed(console: Console) -> bool:
    if not console.asks:
        raise UsageError(
            T("An approval is needed, and nobody is here to give it."),
            remedy=T("Add --host with the host, and --yes."),
        )
    return console.confirms(T("Is this the finance database of your Pemda, and may the agent connect to it?"))
