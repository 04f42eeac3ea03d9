"""`sikd node reject`: turn a waiting node away; it shows the reason."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from contract.text import T
from sikd.cli.console import Console

EXAMPLE = 'sikd node reject sikd1… --reason "bukan server Pemda" --as petugas-1'
SCHEMA = "sikd.node-rejected/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Turns a waiting node away; the node shows the reason.")


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
            node = nodes.reject(connection, node_id, options.reason, person, centre.now())
    if options.json:
        console.document(SCHEMA, {"node_id": node_id, "state": node.state, "reason": node.reason})
    else:
        console.say(T("The node was turned away; it shows your reason."))
    return 0
