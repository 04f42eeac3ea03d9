"""The finance database, tried as `sinergi source probe` tries it: from the network to the stage."""

from __future__ import annotations

from collections.abc import Iterator

from agent.access.in_use import access_of, probe, source_of
from agent.checkup.check import FOR_THE_CENTRE, FOR_YOU, PASSING, Check, failed
from agent.config import required_apbd
from agent.errors import AccessApproved
from agent.settings import Config
from agent.storage.vault import Vault
from connectors.interface import DatabaseUnreachable, ProbeStep, StepResult
from contract.errors import ExplainedError


def database_checks(config: Config, vault: Vault) -> Iterator[Check]:
    """Each step of the probe, or the one reason why it cannot be tried."""
    try:
        steps = probe(source_of(access_of(config, vault)), required_apbd(config).tahun)
    except ExplainedError as error:
        yield failed("database", error, FOR_THE_CENTRE if isinstance(error, AccessApproved) else None)
        return
    yield from map(_check, steps)


def _check(step: ProbeStep) -> Check:
    code = 0
    if step.result is StepResult.FAILED:
        code = PASSING if step.code == DatabaseUnreachable.code else FOR_YOU
    return Check(f"database.{step.name}", step.result, step.detail, step.remedy, step.code, code)
