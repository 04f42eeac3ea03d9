"""`sikd ticket list`: the install tickets, what each is good for, and where somebody came second."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from contract.text import T
from sikd.cli.console import Console

if TYPE_CHECKING:
    from sikd.tickets import IssuedTicket

EXAMPLE = "sikd ticket list --state open"
SCHEMA = "sikd.tickets/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Lists the install tickets; the tickets themselves are kept nowhere.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    from sikd.tickets import TicketState

    parser.add_argument(
        "--state", choices=[state.value for state in TicketState], help=_("only tickets in this state")
    )


def execute(options: Namespace, console: Console) -> int:
    """Print the tickets, newest first."""
    from sikd import tickets
    from sikd.cli import centre

    now = centre.now()
    state = tickets.TicketState(options.state) if options.state else None
    with centre.centre_database(centre.settings(options)) as database, database.read() as connection:
        listed = tickets.listed(connection, now, state=state)
        alarmed = tickets.alarmed(connection, {each.ticket_id for each in listed.tickets})
    if options.json:
        fields = [_fields(each, now, each.ticket_id in alarmed) for each in listed.tickets]
        console.document(SCHEMA, {"tickets": fields})
        return 0
    if not listed.tickets:
        console.say(T("No ticket is in this state.") if state else T("No ticket was issued yet."))
        return 0
    console.listing(_COLUMNS, [_row(each, now, console) for each in listed.tickets])
    for ticket_id in sorted(alarmed):
        console.note(T("! Ticket {ticket} was tried by a second node; see its page.", ticket=ticket_id))
    return 0


_COLUMNS = (T("Ticket"), T("State"), T("Pemda"), T("Good until"), T("Issued by"))


def _row(ticket: IssuedTicket, now: datetime, console: Console) -> tuple[str, ...]:
    from sikd.cli import centre
    from sikd.reference import pemda_in_words
    from sikd.tickets.words import TICKET_STATES

    return (
        ticket.ticket_id,
        console.words(TICKET_STATES[ticket.state(now)].text),
        pemda_in_words(ticket.kode_pemda),
        centre.local_time(ticket.expires_at),
        ticket.issued_by,
    )


def _fields(ticket: IssuedTicket, now: datetime, alarmed: bool) -> dict[str, object]:
    from contract.wire.documents import format_time

    return {
        "ticket_id": ticket.ticket_id,
        "state": ticket.state(now),
        "kode_pemda": ticket.kode_pemda,
        "issued_by": ticket.issued_by,
        "issued_at": format_time(ticket.issued_at),
        "expires_at": format_time(ticket.expires_at),
        "withdrawn_by": ticket.withdrawn_by,
        "node_id": ticket.node_id,
        "used_at": format_time(ticket.used_at) if ticket.used_at else None,
        "tried_by_a_second_node": alarmed,
    }
