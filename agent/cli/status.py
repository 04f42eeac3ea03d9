"""`sinergi status`: what is well, what is not, and what to do next, on one screen, for any user.

It loads nothing that it can do without; `tests/unit/test_cli_status.py` holds it to that.
"""

from __future__ import annotations

import sys
import time

from agent import status
from agent.i18n import LANGUAGES, language_of, translator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Mapping, Sequence

    from agent.cli.console import Console

EXAMPLE = "sinergi status"
REPORT_SCHEMA = "sinergi.status-report/1"


class Wish:
    """What was asked of this command."""

    def __init__(self, language: str, *, as_json: bool) -> None:
        self.language, self.as_json = language, as_json


def plain(arguments: Sequence[str], environment: Mapping[str, str]) -> Wish | None:
    """The wish of a command line that is well-formed and asks for no help; None leaves it to the frame."""
    language, as_json = language_of(environment), False
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--json":
            as_json = True
        elif word == "--lang" and rest and rest[0] in LANGUAGES:
            language = rest.pop(0)
        else:
            return None
    return Wish(language, as_json=as_json)


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("What is well, what is not, and what to do next; any user may ask.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--json", action="store_true", help=_("for scripts; schema sinergi.status-report/1"))
    either.add_argument("--watch", action="store_true", help=_("drawn anew until Ctrl-C"))


def execute(options: Namespace, console: Console) -> int:
    """Run behind the frame, where it is watched, help was asked for, or an option stood in another place."""
    if options.watch:
        _watch(console)
    return answer(Wish(console.language, as_json=options.json), console.environment)


def _watch(console: Console) -> None:
    from agent.cli.status_watch import watch
    from agent.cli.usage import UsageError
    from contract.text import T

    if not console.out.isatty():
        raise UsageError(
            T("--watch needs a terminal."), remedy=T("For scripts: `sinergi status --json`, once at a time.")
        )
    watch(console.out, console.environment, console.translate, console.language)


def looked_at(environment: Mapping[str, str]) -> tuple[status.Facts | None, list[str], float]:
    """What the daemon said last, the situations that follow from it, and the Unix time of looking."""
    path, now = status.status_file(environment), time.time()
    facts = status.read(path)
    alive = facts is not None and status.is_at_work(facts, path, now)
    return facts, status.situations(facts, alive=alive, set_up=status.is_set_up(environment)), now


def answer(wish: Wish, environment: Mapping[str, str]) -> int:
    """Print the status and return 0, 1, 3, 4 or 5."""
    facts, found, now = looked_at(environment)
    if wish.as_json:
        sys.stdout.write(_report(facts, found))
    else:
        from agent.cli import status_screen

        sys.stdout.write(
            status_screen.screen(facts, found, translator(wish.language, ["sinergi"]), wish.language, now)
        )
    return status.exit_code(found)


def _report(facts: status.Facts | None, found: list[str]) -> str:
    import json  # costs what `status` itself was spared; a script can wait the few milliseconds

    report = {
        "schema": REPORT_SCHEMA,
        "exit_code": status.exit_code(found),
        "situations": found or ["healthy"],
        "facts": facts,
    }
    return json.dumps(report, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
