"""`sikd node propose`: one officer proposes for which Pemda a node may speak."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from contract.text import T
from sikd.cli.console import Console

EXAMPLE = "sikd node propose sikd1… 11.10 --as petugas-1"
SCHEMA = "sikd.node-proposed/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Proposes the Pemda of a node; another officer approves.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    from sikd.cli import centre

    centre.add_node(parser, _)
    parser.add_argument("kode_pemda", metavar=_("KODE"), help=_("kode Pemda, for example 11.10"))
    centre.add_person_options(parser, _)


def execute(options: Namespace, console: Console) -> int:
    """Write down the proposal."""
    from contract.wire.identity import require_node_id
    from sikd import nodes, reference
    from sikd.cli import centre

    node_id = require_node_id(options.node)
    with centre.centre_database(centre.settings(options)) as database:
        person = centre.acting_person(options, console, database)
        with database.begin() as connection:
            nodes.propose(connection, node_id, options.kode_pemda, person, centre.now())
    if options.json:
        console.document(SCHEMA, {"node_id": node_id, "kode_pemda": options.kode_pemda})
    else:
        console.say(
            T(
                "Proposed for {pemda}. Another officer approves it with the code that the Pemda reads out.",
                pemda=reference.pemda_in_words(options.kode_pemda),
            )
        )
    return 0
