"""`sinergi access status`: which access this node knows, what it waits for, and how the one in use fares."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from agent.cli.access_approve import show_target
from agent.cli.console import Console
from agent.cli.status_screen import told
from contract.text import T, Text

if TYPE_CHECKING:
    from agent import status
    from agent.access.book import AccessBook
    from agent.node import Node

EXAMPLE = "sudo sinergi access status"
SCHEMA = "sinergi.access/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Show which access to the finance database this node knows, and which one it uses.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """It has no options of its own."""


def execute(options: Namespace, console: Console) -> int:
    """Show the book; 0 where it works, 5 where somebody must act here, 1 where the database may come back."""
    from agent.access.book import read_book
    from agent.cli.opened import opened

    with opened(console) as node:
        book = read_book(node.vault)
        state, sentence = _state(node, book)
        stands = _trouble(node) if state in {"own", "in_use"} else None
    if options.json:
        console.document(_document(book, state, stands))
    else:
        console.say(sentence)
        if book.newest:
            show_target(book.newest, console)
        if stands:
            console.say("\n".join(told(stands, console.language)))
    if stands and stands["retry_helps"]:
        return 1
    return 5 if stands or state in {"refused", "to_approve", "none"} else 0


def _trouble(node: Node) -> status.Trouble | None:
    """What keeps the access in use from working, as far as is known without trying it."""
    from agent import status
    from agent.access.in_use import access_of
    from agent.errors import PasswordMissing
    from agent.service.facts import trouble

    try:
        access_of(node.config, node.vault)
    except PasswordMissing as error:
        return trouble(error)
    facts = status.read(str(node.paths.status_file))
    known = facts["database"] if facts and facts["node_id"] == node.keys.node_id else None
    return known["trouble"] if known else None


def _state(node: Node, book: AccessBook) -> tuple[str, Text]:
    if book.refusal:
        return "refused", T(
            "The newest access was refused ({reason}). Enter it again.", reason=book.refusal.reason
        )
    if book.newest and not node.may_use(book.newest):
        return "to_approve", T("The newest access waits for you: `sudo sinergi access approve`.")
    if book.newest and book.newest == book.in_use:
        return "in_use", T("The access from the centre is configured and in use.")
    if book.newest:
        return "approved", T("The newest access is approved; DJPK checks and configures it.")
    if node.config.database:
        return "own", T("The access of agent.toml is in use.")
    return "none", T("No access is known. Enter it in Sinergi Mobile, or run `sudo sinergi init --force`.")


def _document(book: AccessBook, state: str, stands: status.Trouble | None) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "state": state,
        "version": book.version,
        "refusal": book.refusal.reason if book.refusal else None,
        "newest": book.newest.version if book.newest else None,
        "in_use": book.in_use.version if book.in_use else None,
        "trouble": stands["code"] if stands else None,
    }
