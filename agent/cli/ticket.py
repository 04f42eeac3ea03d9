"""How an install ticket comes in: pasted on a terminal, or from a file; never from the command line.

The command line of a program is shown to every user of a server, and kept in the shell's history.
"""

from __future__ import annotations

import sys
from argparse import _ActionsContainer
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from agent import system_words
from agent.cli.console import Console
from agent.cli.usage import UsageError
from contract.text import T

if TYPE_CHECKING:
    from contract.wire.ticket import Ticket

_LONGEST_FILE = 16 * 1024
_MOST_LINES = 40


def add_ticket_file(parser: _ActionsContainer, _: Callable[[str], str]) -> None:
    """The option that names where the ticket is read from."""
    parser.add_argument(
        "--ticket-file", metavar=_("FILE"), help=_("the install ticket from DJPK; - is standard input")
    )


def ticket_in(file: str) -> Ticket:
    """The ticket in a file; raises UsageError where it cannot be read, MalformedTicket where it is none."""
    from contract.wire.ticket import read_ticket

    try:
        with open(0 if file == "-" else Path(file), "rb", closefd=file != "-") as opened:
            data = opened.read(_LONGEST_FILE)
    except OSError as error:
        raise UsageError(
            T("The ticket file {file} cannot be read: {why}.", file=file, why=system_words.why(error)),
            remedy=T("Check the name and the rights of the file."),
        ) from error
    # Windows writes a mark in front of a text; whatever else is no ASCII is no ticket.
    return read_ticket(data.decode("utf-8-sig", errors="replace"))


def pasted_ticket(console: Console) -> Ticket | None:
    """The ticket that the person pastes, in however many lines; None for an empty line.

    Raises MalformedTicket where what was pasted ends without being one.
    """
    from contract.errors import MalformedTicket
    from contract.wire.ticket import read_ticket

    console.note(T("Paste the install ticket from DJPK; leave the line empty if you have none."))
    text = ""
    for _ in range(_MOST_LINES):
        line = sys.stdin.readline()
        if not line.strip():
            return read_ticket(text) if text.strip() else None
        text += line
        try:
            return read_ticket(text)
        except MalformedTicket:
            # A letter may have broken it over lines; the rest is still to come, or an empty line ends it.
            continue
    return read_ticket(text)


def describe(ticket: Ticket, now: datetime, console: Console) -> None:
    """Say what the ticket is, and whether this server's clock thinks that it is too late."""
    from agent.cli.moments import wib
    from contract.wire.documents import format_time

    console.note(
        T(
            "Install ticket {ticket} of {address}, for Pemda {kode_pemda}, good until {until}.",
            ticket=ticket.ticket_id,
            address=ticket.address,
            kode_pemda=ticket.kode_pemda,
            until=wib(format_time(ticket.expires_at), console.translate),
        )
    )
    if now > ticket.expires_at:
        console.note(T("By this server's clock its time is over; the centre decides by its own."))
