"""What this node tells the centre about its database access: what it can read, and how the newest fares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from agent.access.book import AccessBook
from agent.settings import Config
from connectors.interface import ProbeStep
from connectors.registry import ENGINES, GENERIC, applications
from contract.errors import ExplainedError
from contract.wire.access import DatabaseEngine
from contract.wire.access_report import (
    AccessReport,
    Choice,
    Origin,
    Outcome,
    Standing,
    Step,
    TriedStep,
)


def report_of(
    book: AccessBook,
    config: Config,
    *,
    node_id: str,
    approved: bool,
    steps: Sequence[TriedStep],
    now: datetime,
) -> AccessReport:
    """The report about what is newest: a refusal, an entry from the centre, or what agent.toml says.

    `approved` says whether the newest entry's target may be used; `steps` are those of its last trial.
    """
    access_id, origin, standing, reason = _newest(book, config, approved=approved)
    return AccessReport(
        node_id=node_id,
        made_at=now,
        choices=tuple(choices(config)),
        access_id=access_id,
        version=book.version,
        origin=origin,
        standing=standing,
        refusal=reason,
        steps=tuple(steps) if standing is Standing.APPROVED else (),
    )


def _newest(
    book: AccessBook, config: Config, *, approved: bool
) -> tuple[str | None, Origin | None, Standing, str]:
    if book.refusal:
        return book.refusal.access_id, Origin.CENTRE, Standing.REFUSED, book.refusal.reason
    if book.newest:
        standing = Standing.APPROVED if approved else Standing.TO_APPROVE
        return book.newest.access_id, Origin.CENTRE, standing, ""
    if book.own and config.database:
        return book.own, Origin.NODE, Standing.APPROVED, ""
    return None, None, Standing.NONE, ""


def choices(config: Config) -> Iterator[Choice]:
    """The applications and engines of databases that this node can be given access to."""
    engines = tuple(engine for engine in DatabaseEngine if engine in ENGINES)
    own_queries = config.database is not None and "folder" in config.database.options
    for application in applications():
        if application != GENERIC or own_queries:
            yield Choice(application=application, engines=engines)


def tried(steps: Sequence[ProbeStep]) -> tuple[TriedStep, ...]:
    """The steps of a probe without their sentences, which may name hosts and accounts."""
    known = {step.name: step for step in steps}
    # A connector from outside may leave out a step.
    return tuple(_tried(step, known.get(step.value)) for step in Step)


def _tried(step: Step, went: ProbeStep | None) -> TriedStep:
    if went is None:
        return TriedStep(step=step, outcome=Outcome.SKIPPED, code="")
    return TriedStep(step=step, outcome=Outcome(went.result.value), code=went.code)


def not_even_tried(error: ExplainedError) -> tuple[TriedStep, ...]:
    """The steps of a probe that ended before its first one."""
    first, *rest = Step
    failed = TriedStep(step=first, outcome=Outcome.FAILED, code=error.code)
    return failed, *(TriedStep(step=step, outcome=Outcome.SKIPPED, code="") for step in rest)
