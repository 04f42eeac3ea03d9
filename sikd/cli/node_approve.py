"""`sikd node approve`: another officer approves a mapping, with the match code that the Pemda reads out."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from contract.text import T
from sikd.cli.console import Console

EXAMPLE = "sikd node approve sikd1… 11.10 --code q7xk2m9p --as petugas-2"
SCHEMA = "sikd.node-mapped/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Approves a proposed mapping with the match code of the node.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    from sikd.cli import centre

    centre.add_node(parser, _)
    parser.add_argument("kode_pemda", metavar=_("KODE"), help=_("kode Pemda that was proposed"))
    parser.add_argument(
        "--code",
        required=True,
        metavar=_("MATCH-CODE"),
        help=_("the eight characters that the Pemda reads out"),
    )
    centre.add_person_options(parser, _)


def execute(options: Namespace, console: Console) -> int:
    """Map the node."""
    import secrets

    from contract.wire.identity import require_node_id
    from sikd import keys, nodes, reference
    from sikd.cli import centre

    node_id, of = require_node_id(options.node), centre.settings(options)
    key = keys.load(of.centre_key)
    with centre.centre_database(of) as database:
        person = centre.acting_person(options, console, database)
        with database.begin() as connection:
            fresh = {"centre_der": key.public_der, "fresh_nonce": secrets.token_bytes(nodes.NONCE_BYTES)}
            node = nodes.approve(
                connection, node_id, options.kode_pemda, options.code, person, centre.now(), **fresh
            )
    if options.json:
        console.document(SCHEMA, {"node_id": node_id, "kode_pemda": node.kode_pemda})
    else:
        console.say(
            T(
                "Node {node_id} now delivers for {pemda}.",
                node_id=node_id,
                pemda=reference.pemda_in_words(options.kode_pemda),
            )
        )
    return 0
