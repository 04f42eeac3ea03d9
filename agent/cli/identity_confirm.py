"""`sinergi identity confirm`: this is the right one of two servers that had one identity.

It gets a new key, which two officers of DJPK map by its match code; the other server is left with the old.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from agent.cli.console import Console
from agent.cli.usage import UsageError
from contract.text import T

EXAMPLE = "sudo sinergi identity confirm"
SCHEMA = "sinergi.identity/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Say that this server is the right one of two with one identity; DJPK confirms it by a code.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    parser.add_argument("--yes", action="store_true", help=_("do it without a question"))


def execute(options: Namespace, console: Console) -> int:
    """Ask where this node stands; where it is suspended, go on under a new key that waits to be mapped."""
    from agent.cli.identity_card import show
    from agent.cli.opened import telling
    from agent.succession import make_offer, settle, with_keys_of_now
    from contract.wire.states import NodeState
    from contract.wire.succession import SuccessionKind

    with telling(console) as opened_node:
        node = with_keys_of_now(opened_node)
        with node.centre() as centre:
            said = centre.register()
        if said.state is NodeState.SUSPENDED:
            _agree(options, console)
            said = settle(node, make_offer(node.vault, node.keys, SuccessionKind.CONFIRM))
            node = with_keys_of_now(node)
        elif said.state is NodeState.MAPPED:
            console.note(T("DJPK does not suspect this node; there is nothing to confirm."))
        return show(node, said, console, as_json=options.json)


def _agree(options: Namespace, console: Console) -> None:
    if options.yes:
        return
    if not console.asks:
        raise UsageError(
            T("A confirmation is needed, and nobody is here to give it."), remedy=T("Add --yes.")
        )
    if not console.confirms(T("Is this the server that is in use, and will the other one be stopped?")):
        raise UsageError(
            T("Nothing was confirmed."),
            remedy=T("On the server that is only a copy, run `sudo sinergi identity new`."),
        )
