"""`sikd node list`: the nodes, what they say of themselves, and where each stands."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

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
    """Print the nodes, oldest first; one that waits with the working days that are left of the five.

    `?` stands before a Pemda that an officer has proposed, `~` before one that a ticket proposes.
    """
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
    console.table([_row(node, used.get(node.node_id), centre.now()) for node in known])
    return 0


def _of_ticket(ticket: IssuedTicket | None) -> dict[str, str | None]:
    return {
        "ticket_id": ticket.ticket_id if ticket else None,
        "kode_pemda_of_ticket": ticket.kode_pemda if ticket else None,
    }


def _row(node: Node, ticket: IssuedTicket | None, now: datetime) -> tuple[str, ...]:
    from contract.wire.documents import format_time
    from contract.wire.identity import grouped
    from sikd.nodes.rules import days_left

    of_ticket = f"~ {ticket.kode_pemda} ({ticket.ticket_id})" if ticket else "-"
    proposed = f"? {node.proposal.kode_pemda} ({node.proposal.by})" if node.proposal else of_ticket
    whose, left = node.kode_pemda or proposed, days_left(node, now)
    waits = "" if left is None else f" {left:+d}"
    seen = format_time(node.last_seen_at)
    return grouped(node.node_id), node.state.value + waits, whose, node.hostname or "-", seen
