"""`sinergi identity new`: make this server a node of its own, or the successor of one that is lost."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from agent.cli.console import Console
from agent.cli.usage import UsageError, exit_code_of
from contract.errors import ExplainedError
from contract.text import T

if TYPE_CHECKING:
    from agent.node import Node
    from contract.wire.messages import CheckinAnswer

EXAMPLE = "sudo sinergi identity new"
SCHEMA = "sinergi.identity/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Give this server an identity of its own, as after a copy or a reinstall.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    parser.add_argument(
        "--replaces", metavar=_("NODE-ID"), help=_("the node whose place it takes, as after a reinstall")
    )
    parser.add_argument("--yes", action="store_true", help=_("do it without a question"))


def execute(options: Namespace, console: Console) -> int:
    """Make new keys and register them; what waited under the old identity is let go."""
    from agent.cli.identity_card import show
    from agent.cli.opened import telling
    from agent.succession import start_over, with_keys_of_now
    from contract.wire.identity import require_node_id

    replaces = require_node_id(options.replaces) if options.replaces else None
    with telling(console) as opened_node:
        _agree(options, console)
        if replaces is None:
            start_over(opened_node)
        else:
            _take_the_place_of(replaces, opened_node)
        node = with_keys_of_now(opened_node)
        said, trouble = _registered(node, console)
        code = show(node, said, console, as_json=options.json)
    return exit_code_of(trouble) if trouble else code


def _take_the_place_of(replaces: str, node: Node) -> None:
    """Nothing is let go before the centre has taken note."""
    from agent.storage.vault import NEXT_KEYS
    from agent.succession import forget_what_was, make_offer, settle
    from contract.wire.succession import SuccessionKind

    node.vault.drop(NEXT_KEYS)
    settle(node, make_offer(node.vault, node.keys, SuccessionKind.REPLACE, replaces))
    forget_what_was(node)


def _registered(node: Node, console: Console) -> tuple[CheckinAnswer | None, ExplainedError | None]:
    """Where the new node stands, or why that cannot be heard yet; a running agent registers it then."""
    try:
        with node.centre() as centre:
            return centre.register(), None
    except ExplainedError as error:
        console.explain(error)
        console.note(
            T(
                "A running agent registers the node as soon as the centre answers; without one, run"
                " `sudo sinergi enrol`."
            )
        )
        return None, error


def _agree(options: Namespace, console: Console) -> None:
    if options.yes:
        return
    if not console.asks:
        raise UsageError(
            T("A confirmation is needed, and nobody is here to give it."), remedy=T("Add --yes.")
        )
    question = T("This server gives up its identity and its queue, and DJPK has to map it anew. Go on?")
    if not console.confirms(question):
        raise UsageError(T("Nothing was changed."), remedy=T("Run the command again where you mean it."))
