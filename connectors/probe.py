"""Trying a database step by step, so that the first thing that is wrong is said, and only that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from connectors.engine import Engine
from connectors.interface import (
    Access,
    ConnectorError,
    DatabaseUnreachable,
    LoginRefused,
    ProbeStep,
    StepResult,
    TlsRefused,
)
from connectors.session import Session
from contract.text import T, Text

CONNECTING = ("tcp", "tls", "login")
STEPS = (*CONNECTING, "version", "grants", "tables", "rows", "stage")
_STEP_OF_ERROR = {DatabaseUnreachable: "tcp", TlsRefused: "tls", LoginRefused: "login"}
_SURELY_ENCRYPTED = ("require", "verify")


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a step found: a sentence, and what to do where it is only a warning."""

    detail: Text
    remedy: Text | None = None


Step = Callable[[Session], Noticed]


def probe(
    access: Access,
    engine: Engine,
    steps: dict[str, Step],
) -> Sequence[ProbeStep]:
    """Open a session, then run `steps` in the order of STEPS; what follows a failure is skipped."""
    report: list[ProbeStep] = []
    try:
        with engine.open(access) as session:
            report += _connected(access, engine.encrypted(access, session))
            for name in STEPS[len(CONNECTING) :]:
                report.append(_passed(name, steps[name](session)))
    except ConnectorError as error:
        # A failure while connecting belongs to the step that its class names; a later one to the next step.
        if not report:
            failed = _STEP_OF_ERROR.get(type(error), "login")
            report += [_before(name, access) for name in CONNECTING[: CONNECTING.index(failed)]]
        report.append(_failed(STEPS[len(report)], error))
    return (*report, *_skipped(STEPS[len(report) :]))


def _before(name: str, access: Access) -> ProbeStep:
    """A step of connecting that came before the one that failed."""
    if name == "tls" and access.tls not in _SURELY_ENCRYPTED:
        # Only the server can say whether it took up the offer, and it did not let the account ask.
        return ProbeStep(name, StepResult.SKIPPED, T("Known once the account is accepted."))
    return _passed(name, Noticed(T("Passed.")))


def _connected(access: Access, encrypted: bool | None) -> Iterator[ProbeStep]:
    if encrypted is None:
        yield ProbeStep("tcp", StepResult.SKIPPED, T("No network is needed."))
        yield ProbeStep("tls", StepResult.SKIPPED, T("No network is needed."))
        yield _passed("login", Noticed(T("The database can be opened for reading.")))
        return
    yield _passed("tcp", Noticed(T("{host}:{port} answers.", host=access.host, port=access.port)))
    if encrypted:
        yield _passed("tls", Noticed(T("The connection is encrypted.")))
    elif access.is_on_this_server:
        yield _passed("tls", Noticed(T("The connection is not encrypted, and does not leave this server.")))
    else:
        plain = Noticed(T("The connection is not encrypted."), T("Ask the database administrator for TLS."))
        yield _passed("tls", plain)
    yield _passed("login", Noticed(T("The account {user} is accepted.", user=access.user)))


def _passed(name: str, noticed: Noticed) -> ProbeStep:
    result = StepResult.WARNING if noticed.remedy else StepResult.OK
    return ProbeStep(name, result, noticed.detail, noticed.remedy)


def _failed(name: str, error: ConnectorError) -> ProbeStep:
    return ProbeStep(name, StepResult.FAILED, error.problem, error.remedy, error.code)


def _skipped(names: Sequence[str]) -> Iterator[ProbeStep]:
    for name in names:
        yield ProbeStep(name, StepResult.SKIPPED, T("Not tried."))
