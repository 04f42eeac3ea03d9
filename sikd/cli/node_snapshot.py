"""`sikd node snapshot`: ask a node to read the budget now."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from contract.text import T
from sikd.cli.console import Console

EXAMPLE = "sikd node snapshot sikd1… --as petugas-1"
SCHEMA = "sikd.snapshot-asked/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Asks a mapped node to read the budget now.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    from sikd.cli import centre

    centre.add_node(parser, _)
    centre.add_person_options(parser, _)


def execute(options: Namespace, console: Console) -> int:
    """Ask, and write down who did."""
    from contract.wire.documents import format_time
    from contract.wire.identity import require_node_id
    from sikd import nodes
    from sikd.cli import centre

    node_id = require_node_id(options.node)
    with centre.centre_database(centre.settings(options)) as database:
        person = centre.acting_person(options, console, database)
        with database.begin() as connection:
            asked = nodes.ask_snapshot(connection, node_id, person, centre.now())
    if options.json:
        fields = {"node_id": node_id, "kode_pemda": asked.kode_pemda, "asked_by": asked.asked_by}
        console.document(SCHEMA, {**fields, "asked_at": format_time(asked.asked_at)})
    else:
        console.say(T("A snapshot is asked for. The node hears it at its next sign of life."))
    return 0
