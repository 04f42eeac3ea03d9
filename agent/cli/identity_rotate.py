"""`sinergi identity rotate`: exchange this node's keys for new ones, for which the old ones vouch."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from agent.cli.console import Console
from contract.text import T

EXAMPLE = "sudo sinergi identity rotate"
SCHEMA = "sinergi.identity/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Exchange this node's keys; its node ID changes, its mapping stays.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """It has no options of its own."""


def execute(options: Namespace, console: Console) -> int:
    """Check in, so that no answer is owed, then hand over; the next call ends one that was stopped."""
    from agent.cli.identity_card import show
    from agent.cli.opened import telling
    from agent.succession import make_offer, settle, waiting_offer, with_keys_of_now
    from contract.wire.states import NodeState
    from contract.wire.succession import SuccessionKind

    with telling(console) as opened_node:
        resumed = waiting_offer(opened_node.vault) is not None
        node = with_keys_of_now(opened_node)
        with node.centre() as centre:
            said = centre.checkin(database="unknown", queued=node.outbox.waiting())
        if said.state is NodeState.MAPPED and not resumed:
            said = settle(node, make_offer(node.vault, node.keys, SuccessionKind.ROTATE))
            node = with_keys_of_now(node)
        if said.state is NodeState.MAPPED:
            console.note(T("This node has new keys and a new node ID; DJPK has carried its mapping over."))
        else:
            console.note(T("Only the keys of a mapped node are exchanged; `sinergi status` says what to do."))
        return show(node, said, console, as_json=options.json)
