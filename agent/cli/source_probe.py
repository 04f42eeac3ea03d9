"""`sinergi source probe`: try the finance database step by step."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from agent.cli.console import Console
from contract.text import T

if TYPE_CHECKING:
    from connectors.interface import ProbeStep

EXAMPLE = "sudo sinergi source probe"
SCHEMA = "sinergi.probe/1"
_SIGNS = {"ok": "✓", "warning": "!", "failed": "✗", "skipped": "-"}


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Try the finance database step by step, from the network to the stage of the budget.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """It has no options of its own."""


def execute(options: Namespace, console: Console) -> int:
    """Probe; 0 where no step failed, 1 where the database does not answer, 5 where somebody must act."""
    from agent.cli.opened import opened

    with opened(console) as node, console.working(T("Trying the finance database")):
        steps = node.probe()
    return show_steps(steps, options, console)


def show_steps(steps: Sequence[ProbeStep], options: Namespace, console: Console) -> int:
    """Print the steps for a person or a program, and return the exit code that they amount to."""
    if options.json:
        console.document({"schema": SCHEMA, "steps": [_document(step, console) for step in steps]})
    else:
        _show(steps, console)
    return _exit_code(steps)


def _exit_code(steps: Sequence[ProbeStep]) -> int:
    from connectors.interface import DatabaseUnreachable, StepResult

    failed = [step for step in steps if step.result is StepResult.FAILED]
    if not failed:
        return 0
    return 1 if failed[0].code == DatabaseUnreachable.code else 5


def _document(step: ProbeStep, console: Console) -> dict[str, object]:
    return {
        "step": step.name,
        "result": step.result,
        "detail": console.words(step.detail),
        "remedy": console.words(step.remedy) if step.remedy else None,
        "code": step.code,
    }


def _show(steps: Sequence[ProbeStep], console: Console) -> None:
    for step in steps:
        code = f" [{step.code}]" if step.code else ""
        console.say(f"{_SIGNS[step.result]} {step.name:8} {console.words(step.detail)}{code}")
        if step.remedy:
            console.say(T("  → {remedy}", remedy=step.remedy))
