"""`sinergi logs`: what the agent has logged, wherever that is kept."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from agent.cli.console import Console

if TYPE_CHECKING:
    from agent.service.logbook import Line

EXAMPLE = "sudo sinergi logs --follow"
SCHEMA = "sinergi.logs/1"
_USUAL = 50


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("What the agent has logged: the last lines, and those to come.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""

    def count(text: str) -> int:
        if not text.isdecimal():
            raise ArgumentTypeError(_("{text} is no number of lines").format(text=text))
        return int(text)

    parser.add_argument(
        "-n", metavar=_("N"), type=count, default=_USUAL, help=_("how many of the last lines")
    )
    parser.add_argument(
        "--since",
        metavar=_("TIME"),
        default="",
        help=_('not before, like "2026-01-31 08:00" or "today"; two hours ago is --since=-2h'),
    )
    parser.add_argument("--follow", action="store_true", help=_("go on with what comes, until Ctrl-C"))


def execute(options: Namespace, console: Console) -> int:
    """Print the lines; 5 where this user may not read them."""
    from agent.service.logbook import Wanted, lines, shown

    found = lines(Wanted(options.n, options.since, options.follow), console.environment)
    if options.json and not options.follow:
        console.document({"schema": SCHEMA, "lines": [_fields(line) for line in found]})
        return 0
    for line in found:
        if options.json:
            # One object a line, because the end never comes.
            print(json.dumps({"schema": SCHEMA, "lines": [_fields(line)]}), file=console.out, flush=True)
        else:
            console.say(shown(line))
            console.out.flush()
    return 0


def _fields(line: Line) -> dict[str, str | None]:
    moment = f"{line.at:%Y-%m-%dT%H:%M:%SZ}" if line.at else None
    return {"time": moment, "level": line.level or None, "text": line.text}
