"""How a password comes in: typed twice without showing, or from a file; never from the command line."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from agent.cli.console import Console
from agent.cli.usage import UsageError
from contract.text import T, Text

_MOST_TRIES = 3


def add_password_file(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """The option that names where the password is read from."""
    parser.add_argument(
        "--password-file",
        metavar=_("FILE"),
        help=_("read the password from this file's first line; - is standard input"),
    )


def password_from(file: str | None, question: Text, console: Console) -> str:
    """The password from the file, else typed twice; raises UsageError where neither can be."""
    if file is not None:
        return _read(file)
    if not console.asks:
        raise UsageError(
            T("A password is needed, and nobody is here to type it."),
            remedy=T("Name a file with --password-file; - is standard input."),
        )
    with suppress(EOFError):  # Ctrl-D: nobody will type any more
        for _ in range(_MOST_TRIES):
            first = console.ask_secret(question)
            if first and first == console.ask_secret(T("Once more")):
                return first
            console.note(T("The two are not the same, or empty."))
    raise UsageError(
        T("No password was given."),
        remedy=T("Run the command again; the password does not show while you type."),
    )


def _read(file: str) -> str:
    try:
        line = sys.stdin.readline() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            T("The password file {file} cannot be read: {why}.", file=file, why=error),
            remedy=T("Check the name and the rights of the file."),
        ) from error
    if password := line.split("\n", 1)[0].rstrip("\r"):
        return password
    raise UsageError(
        T("The password file {file} is empty.", file=file),
        remedy=T("Write the password into its first line."),
    )
