"""`sikd ticket issue`: make an install ticket for a Pemda; it is printed once and kept nowhere."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from contract.text import T
from sikd.cli.console import Console

EXAMPLE = "sikd ticket issue 11.10 --as petugas-1 > tiket.txt"
SCHEMA = "sikd.ticket-issued/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Issues an install ticket for a Pemda; it is shown once.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    from sikd import tickets
    from sikd.cli import centre

    parser.add_argument("kode_pemda", metavar=_("KODE"), help=_("kode Pemda, for example 11.10"))
    parser.add_argument(
        "--days",
        type=int,
        default=tickets.DAYS,
        metavar=_("N"),
        help=_("how many days it is good for; {days} where nothing is said").format(days=tickets.DAYS),
    )
    parser.add_argument("--public-url", metavar=_("URL"), help=_("address that nodes and people use, by TLS"))
    centre.add_person_options(parser, _)


def execute(options: Namespace, console: Console) -> int:
    """Issue it; the ticket alone goes to standard output."""
    import secrets

    from contract.wire.documents import format_time
    from sikd import keys, tickets
    from sikd.cli import centre

    of = centre.settings(options, public_url=options.public_url)
    key = keys.load(of.centre_key)
    with centre.centre_database(of) as database:
        person = centre.acting_person(options, console, database)
        with database.begin() as connection:
            keys.require_recorded(connection, key)
            ticket = tickets.issue(
                connection,
                options.kode_pemda,
                options.days,
                person,
                centre.now(),
                address=of.public_url,
                centre_der=key.public_der,
                secret=secrets.token_bytes(tickets.SECRET_BYTES),
            )
    until = format_time(ticket.expires_at)
    if options.json:
        fields = {"ticket_id": ticket.ticket_id, "kode_pemda": ticket.kode_pemda, "expires_at": until}
        console.document(SCHEMA, {**fields, "ticket": ticket.to_text()})
        return 0
    console.note(
        T(
            "Ticket {ticket} is good until {until}; it is shown this once.",
            ticket=ticket.ticket_id,
            until=until,
        )
    )
    console.say(ticket.to_text())
    return 0
