"""`sikd pemda schedule`: set when the node of a Pemda reads the budget."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from contract.text import T
from sikd.cli.console import Console

EXAMPLE = 'sikd pemda schedule 11.10 "every 6h" --as petugas-1'
SCHEMA = "sikd.schedule/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Sets when the node of a Pemda reads; agent.toml there comes first.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    from sikd.cli import centre

    parser.add_argument("kode_pemda", metavar=_("KODE"), help=_("kode Pemda, for example 11.10"))
    either = parser.add_mutually_exclusive_group(required=True)
    either.add_argument(
        "schedule", nargs="?", metavar=_("SCHEDULE"), help=_('"daily", "every 6h", or five cron fields')
    )
    either.add_argument("--none", action="store_true", help=_("take back what was set"))
    centre.add_person_options(parser, _)


def execute(options: Namespace, console: Console) -> int:
    """Set it, and write down who did."""
    from sikd import nodes
    from sikd.cli import centre

    line = "" if options.none else options.schedule
    with centre.centre_database(centre.settings(options)) as database:
        person = centre.acting_person(options, console, database)
        with database.begin() as connection:
            found = nodes.set_schedule(connection, options.kode_pemda, line, person, centre.now())
    if options.json:
        fields = {"kode_pemda": options.kode_pemda, "schedule": found.schedule if found else None}
        console.document(SCHEMA, fields)
    elif found:
        console.say(T("The schedule is set. The node hears it at its next sign of life."))
    else:
        console.say(T("Nothing is set any more. The node reads daily, unless agent.toml says otherwise."))
    return 0
