"""`sikd node revoke`: end a node's right to deliver, for good."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from contract.text import T
from sikd.cli.console import Console

EXAMPLE = 'sikd node revoke sikd1… --reason "server dijual" --as petugas-1'
SCHEMA = "sikd.node-revoked/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Ends a node's right to deliver, for good; the node shows the reason.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    from sikd.cli import centre

    centre.add_node(parser, _)
    parser.add_argument("--reason", required=True, metavar=_("TEXT"), help=_("why; the node shows it"))
    centre.add_person_options(parser, _)


def execute(options: Namespace, console: Console) -> int:
    """Decide, and write down who did."""
    from contract.wire.identity import require_node_id
    from sikd import nodes
    from sikd.cli import centre

    node_id = require_node_id(options.node)
    with centre.centre_database(centre.settings(options)) as database:
        person = centre.acting_person(options, console, database)
        with database.begin() as connection:
            node = nodes.revoke(connection, node_id, options.reason, person, centre.now())
    if options.json:
        console.document(SCHEMA, {"node_id": node_id, "state": node.state, "reason": node.reason})
    else:
        console.say(T("The node may no longer deliver; it shows your reason."))
    return 0
