"""`sinergi enrol`: confirm the centre's key, register this node, and show what to read out to DJPK."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.cli.console import Console
from agent.cli.usage import UsageError
from contract.text import T

if TYPE_CHECKING:
    from agent.centre import CentreClient
    from agent.node import Node
    from agent.trust import SeenCentre
    from contract.wire.messages import CheckinAnswer

EXAMPLE = "sudo sinergi enrol"
SCHEMA = "sinergi.enrol/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Confirm the centre's key, register this node, and show what to read out to DJPK.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    parser.add_argument(
        "--centre-key", metavar="FINGERPRINT", help=_("trust only a centre whose key has this SHA-256")
    )
    parser.add_argument(
        "--yes", action="store_true", help=_("trust the key that is shown, without a question")
    )
    parser.add_argument(
        "--json", action="store_true", help=_("for scripts; schema {schema}").format(schema=SCHEMA)
    )


def execute(options: Namespace, console: Console) -> int:
    """Enrol; 0 once mapped, 4 while DJPK has not mapped the node yet."""
    from agent.cli.opened import opened
    from contract.wire.states import NodeState

    with opened(console) as node, _pinned(node, options.centre_key).centre() as centre:
        seen = centre.who()
        _confirm(seen, centre, options, console)
        answer = centre.register()
        _show(node, seen, answer, console, as_json=options.json)
    return 0 if answer.state is NodeState.MAPPED else 4


def _pinned(node: Node, fingerprint: str | None) -> Node:
    """The node, believing in a centre of this fingerprint alone, as if agent.toml named it."""
    if fingerprint is None or node.config.centre is None:
        return node
    key = "".join(fingerprint.replace(":", " ").split()).lower()
    centre = node.config.centre.model_copy(update={"key": key})
    return replace(node, config=node.config.model_copy(update={"centre": centre}))


def _confirm(seen: SeenCentre, centre: CentreClient, options: Namespace, console: Console) -> None:
    from agent.trust import Trust

    if seen.trust is not Trust.UNCONFIRMED:
        return
    console.note(T("The centre's key has this fingerprint (SHA-256):"))
    console.note(f"  {seen.fingerprint}")
    if not options.yes:
        _ask(console)
    centre.trust(seen)


def _ask(console: Console) -> None:
    if not console.asks:
        raise UsageError(
            T("The centre's key must be confirmed, and nobody is here to do it."),
            remedy=T("Give the fingerprint with --centre-key; DJPK tells it by telephone 150420."),
        )
    if not console.confirms(T("Is this the fingerprint that DJPK has told you?")):
        raise UsageError(
            T("The centre's key was not confirmed; this node was not registered."),
            remedy=T("Ask DJPK for the fingerprint, telephone 150420, and run the command again."),
        )


def _show(node: Node, seen: SeenCentre, answer: CheckinAnswer, console: Console, *, as_json: bool) -> None:
    from contract.wire import identity

    code = node.keys.match_code(seen.key_der, identity.from_base64(answer.match_nonce))
    if as_json:
        console.document(
            {
                "schema": SCHEMA,
                "node_id": node.keys.node_id,
                "match_code": code,
                "state": answer.state,
                "kode_pemda": answer.kode_pemda,
                "centre_key": seen.key_id,
            }
        )
        return
    console.say(T("This node is registered at {url}.", url=seen.centre.public_url))
    console.facts(
        [
            (T("Node ID"), identity.grouped(node.keys.node_id)),
            (T("Match code"), f"{code[:4]} {code[4:]}"),
            (T("State"), answer.state),
        ]
    )
    console.say(T("Read the node ID and the match code out to DJPK, telephone 150420."))
