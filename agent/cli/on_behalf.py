"""Work that reads as the service user, for a command that writes where the person who typed it may."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

from agent.cli.console import Console
from agent.cli.usage import exit_code_of
from agent.errors import CollectionDied
from contract.errors import ExplainedError
from contract.text import T, Text


def on_behalf(console: Console, doing: Text, work: Callable[[Console], str]) -> str:
    """What `work` returns; for root it is done in a child, which becomes the service user on its way.

    This process keeps its own rights. What the child fails with is told here, and SystemExit has its code.
    """
    if os.geteuid() != 0:
        with console.working(doing):
            return work(console)
    reading, writing = os.pipe()
    # Before the bar, which draws in a thread: a process with threads must not fork.
    if (child := os.fork()) == 0:
        _tell(console, work, writing)
    os.close(writing)
    with console.working(doing), os.fdopen(reading, encoding="utf-8") as told:
        said = told.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code != 0 and said:
        console.note(said.rstrip("\n"))
        raise SystemExit(code)
    if not said:
        raise CollectionDied(
            T("The process that reads the database ended without an answer (code {code}).", code=code),
            remedy=T("Check free memory and the agent's log, then run the command again."),
        )
    return said


def person() -> tuple[int, int] | None:
    """Who used sudo: a file that was made for them is theirs."""
    owner = os.environ.get("SUDO_UID", ""), os.environ.get("SUDO_GID", "")
    if os.geteuid() == 0 and all(number.isdecimal() for number in owner):
        return int(owner[0]), int(owner[1])
    return None


def _tell(console: Console, work: Callable[[Console], str], writing: int) -> NoReturn:
    """The child's whole life: do the work, hand over what came of it, or what was noted until it failed."""
    code = 1
    # Nothing else may write where the bar is drawn.
    notes = io.StringIO()
    noting = replace(console, err=notes)
    try:
        with os.fdopen(writing, "w", encoding="utf-8") as told:
            try:
                told.write(work(noting))
                code = 0
            except ExplainedError as error:
                noting.explain(error)
                told.write(notes.getvalue())
                code = exit_code_of(error)
    finally:
        # Past everything that belongs to the parent.
        os._exit(code)
