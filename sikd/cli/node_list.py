"""`sikd node list`: the nodes, what they say of themselves, and where each stands."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from contract.text import T
from contract.wire.states import NodeState
from sikd.cli.console import Console

if TYPE_CHECKING:
    from sikd.nodes import Node
    from sikd.tickets import IssuedTicket

EXAMPLE = "sikd node list --state pending"
SCHEMA = "sikd.nodes/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Lists the nodes; host names are what the node says.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    parser.add_argument(
        "--state", choices=[state.value for state in NodeState], help=_("only nodes in this state")
    )


def execute(options: Namespace, console: Console) -> int:
    """Print the nodes, oldest first; one that waits with the working days that are left of the five."""
    from sikd import nodes, tickets
    from sikd.cli import centre

    state = NodeState(options.state) if options.state else None
    with centre.centre_database(centre.settings(options)) as database, database.read() as connection:
        known = nodes.everyone(connection, state)
        used = tickets.used_by(connection, [node.node_id for node in known])
    if options.json:
        fields = [nodes.described(node, centre.now()) | _of_ticket(used.get(node.node_id)) for node in known]
        console.document(SCHEMA, {"nodes": fields})
        return 0
    if not known:
        console.say(T("No node is in this state.") if state else T("No node has registered yet."))
        return 0
    rows = [_row(node, used.get(node.node_id), centre.now(), console) for node in known]
    console.listing(_COLUMNS, rows)
    if any(whose.startswith(("?", "~")) for _, _, _, whose, _, _ in rows):
        console.note(T("? proposed by an officer, waits for another to approve; ~ named by a ticket"))
    return 0


_COLUMNS = (T("Node"), T("State"), T("Days left"), T("Pemda"), T("Server"), T("Last heard"))


def _of_ticket(ticket: IssuedTicket | None) -> dict[str, str | None]:
    return {
        "ticket_id": ticket.ticket_id if ticket else None,
        "kode_pemda_of_ticket": ticket.kode_pemda if ticket else None,
    }


def _row(node: Node, ticket: IssuedTicket | None, now: datetime, console: Console) -> tuple[str, ...]:
    from contract.wire.identity import grouped
    from sikd.cli import centre
    from sikd.nodes.rules import days_left
    from sikd.web.words import NODE_STATES

    left = days_left(node, now)
    return (
        grouped(node.node_id),
        console.words(NODE_STATES[node.state].text),
        "-" if left is None else str(left),
        _whose(node, ticket),
        node.hostname or "-",
        centre.local_time(node.last_seen_at),
    )


def _whose(node: Node, ticket: IssuedTicket | None) -> str:
    """The Pemda of a node; `?` stands before one that an officer proposed, `~` before that of a ticket."""
    from sikd.reference import pemda_in_words

    if node.kode_pemda:
        return pemda_in_words(node.kode_pemda)
    if node.proposal:
        return f"? {pemda_in_words(node.proposal.kode_pemda)}, {node.proposal.by}"
    return f"~ {pemda_in_words(ticket.kode_pemda)}, {ticket.ticket_id}" if ticket else "-"
