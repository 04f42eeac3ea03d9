"""One step of an examination: how it went, and where it did not, what to do and whom that waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from connectors.interface import StepResult
from contract.errors import ExplainedError
from contract.text import T, Text

PASSING, FOR_YOU, FOR_THE_CENTRE, NOT_RUNNING = 1, 5, 4, 3


@dataclass(frozen=True, slots=True)
class Check:
    """A step and its outcome; `exit_code` is what `sinergi status` would return for it alone."""

    name: str
    result: StepResult
    detail: Text
    remedy: Text | None = None
    code: str = ""
    exit_code: int = 0
    needs_sudo: bool = False
    """Whether it is only this user's rights that kept the step from being looked at."""


def ok(name: str, detail: Text) -> Check:
    """A step that went well."""
    return Check(name, StepResult.OK, detail)


def warned(name: str, error: ExplainedError) -> Check:
    """A step that went well for now; the error says what will become of it."""
    return Check(name, StepResult.WARNING, error.problem, error.remedy, error.code)


def failed(name: str, error: ExplainedError, exit_code: int | None = None) -> Check:
    """A step that this error ended."""
    usual = PASSING if error.retry_helps else FOR_YOU
    return Check(name, StepResult.FAILED, error.problem, error.remedy, error.code, exit_code or usual)


def skipped(name: str, why: Text, *, needs_sudo: bool = False) -> Check:
    """A step that could not be looked at, and why."""
    return Check(name, StepResult.SKIPPED, why, needs_sudo=needs_sudo)


def not_allowed(name: str, what: object) -> Check:
    """A step that this user may not look at."""
    why = T("This user may not look at {what}; run it with sudo.", what=what)
    return skipped(name, why, needs_sudo=True)


def in_turn(steps: Sequence[tuple[str, Callable[[], Check]]], stopped_by: str = "") -> Iterator[Check]:
    """Each step after the last; after a failure the rest is skipped, because it stands on what failed."""
    for name, step in steps:
        if stopped_by:
            yield skipped(name, T("Not tried, because {step} failed.", step=stopped_by))
            continue
        try:
            check = step()
        except ExplainedError as error:
            check = failed(name, error)
        yield check
        if check.result is StepResult.FAILED:
            stopped_by = name
