"""`sinergi identity show`: who this node is, by which names it went before, and where it stands."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from agent.cli.console import Console

EXAMPLE = "sudo sinergi identity show"
SCHEMA = "sinergi.identity/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Show who this node is, where it stands with DJPK, and what to read out.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """It has no options of its own."""


def execute(options: Namespace, console: Console) -> int:
    """Print it, by the centre's last signed word; nothing is asked of the centre."""
    from agent.cli.identity_card import show
    from agent.cli.opened import opened
    from agent.standing import standing_of

    with opened(console) as node:
        said = standing_of(node.state, node.keys.node_id)
        return show(node, said, console, as_json=options.json)
