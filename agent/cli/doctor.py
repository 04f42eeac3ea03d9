"""`sinergi doctor`: examine everything that the agent needs, step by step, and change nothing."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from itertools import groupby
from typing import TYPE_CHECKING

from agent.cli.console import Console
from contract.text import T

if TYPE_CHECKING:
    from agent.checkup.check import Check

EXAMPLE = "sudo sinergi doctor"
SCHEMA = "sinergi.doctor/1"
_SIGNS = {"ok": "✓", "warning": "!", "failed": "✗", "skipped": "-"}
_WIDTH = 17


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Examine settings, folders, service, way to the centre and database; change nothing.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """It has no options of its own."""


def execute(options: Namespace, console: Console) -> int:
    """Examine; the exit code is that of the worst step, as `sinergi status` counts."""
    from agent.checkup.examination import examine, exit_code
    from agent.cli.opened import clock
    from agent.cli.service_user import become_service_user, environment_for_vault

    if os.geteuid() == 0:
        # What counts is what the service itself can see and do.
        become_service_user(console)
    checks: list[Check] = []
    for _, alike in groupby(examine(environment_for_vault(console), clock), key=_shown_as):
        some = list(alike)
        checks += some
        if not options.json:
            _show(some, console)
    if options.json:
        console.document(document(checks, console))
    else:
        conclude(checks, console)
    return exit_code(checks)


def _shown_as(check: Check) -> object:
    """Steps in a row that were passed over for one reason are one line; every other step is its own."""
    return str(check.detail) if check.result == "skipped" else check.name


def document(checks: list[Check], console: Console) -> dict[str, object]:
    """The whole examination for programs."""
    from agent.checkup.examination import exit_code

    return {
        "schema": SCHEMA,
        "exit_code": exit_code(checks),
        "steps": [_document(check, console) for check in checks],
    }


def _document(check: Check, console: Console) -> dict[str, object]:
    return {
        "step": check.name,
        "result": check.result,
        "detail": console.words(check.detail),
        "remedy": console.words(check.remedy) if check.remedy else None,
        "code": check.code,
    }


def _show(alike: list[Check], console: Console) -> None:
    check = alike[0]
    code = f" [{check.code}]" if check.code else ""
    names = ", ".join(one.name for one in alike)
    console.say(f"{_SIGNS[check.result]} {names:{_WIDTH}} {console.words(check.detail)}{code}")
    if check.remedy:
        console.say(T("  → {remedy}", remedy=check.remedy))


def conclude(checks: list[Check], console: Console) -> None:
    """Say how many steps are wrong, and last which ones this user could not look at."""
    failed = sum(check.result == "failed" for check in checks)
    warned = sum(check.result == "warning" for check in checks)
    closed = [check.name for check in checks if check.needs_sudo]
    console.say("")
    if failed or warned:
        console.say(
            T("{failed} steps failed, {warned} warn. Nothing was changed.", failed=failed, warned=warned)
        )
    elif not closed:
        console.say(T("Nothing found that keeps the agent from its work. Nothing was changed."))
    if closed:
        names = ", ".join(closed)
        console.say(T("Not examined yet: {names}; run it with sudo: `sudo sinergi doctor`.", names=names))
