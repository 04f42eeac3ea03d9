"""`sikd ticket withdraw`: take back an install ticket that nobody has used."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from contract.text import T
from sikd.cli.console import Console

EXAMPLE = 'sikd ticket withdraw q7xk2m9pfa --reason "sent to the wrong address" --as petugas-1'
SCHEMA = "sikd.ticket-withdrawn/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Takes back an install ticket that nobody has used.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    from sikd.cli import centre

    parser.add_argument("ticket", metavar=_("TICKET"), help=_("its name, as `sikd ticket list` shows it"))
    parser.add_argument("--reason", default="", metavar=_("TEXT"), help=_("why, for those who read it later"))
    centre.add_person_options(parser, _)


def execute(options: Namespace, console: Console) -> int:
    """Withdraw it."""
    from sikd import tickets
    from sikd.cli import centre

    with centre.centre_database(centre.settings(options)) as database:
        person = centre.acting_person(options, console, database)
        with database.begin() as connection:
            ticket = tickets.withdraw(connection, options.ticket, options.reason, person, centre.now())
    if options.json:
        console.document(SCHEMA, {"ticket_id": ticket.ticket_id, "kode_pemda": ticket.kode_pemda})
    else:
        console.say(T("Ticket {ticket} was withdrawn.", ticket=ticket.ticket_id))
    return 0
