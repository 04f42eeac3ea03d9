"""`sinergi access test`: try the newest access step by step, as DJPK would order it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from agent.cli.console import Console
from agent.cli.source_probe import show_steps
from contract.text import T

EXAMPLE = "sudo sinergi access test"
SCHEMA = "sinergi.probe/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Try the newest access step by step, before DJPK does.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """It has no options of its own."""


def execute(options: Namespace, console: Console) -> int:
    """Try it; 0 where no step failed, 1 where the database does not answer, 5 where somebody must act."""
    from agent.access.book import read_book
    from agent.cli.opened import opened

    with opened(console) as node, console.working(T("Trying the finance database")):
        entry = read_book(node.vault).newest
        steps = node.probe_entry(entry) if entry else node.probe()
    return show_steps(steps, options, console)
