"""The service: whether it runs, and whether it will after a restart of this server."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from agent import status
from agent.checkup.check import NOT_RUNNING, Check, failed, ok, skipped, warned
from agent.errors import AgentError
from agent.service.logbook import BOOTED, UNIT
from contract.text import T, Text

_PROPERTIES = (
    "LoadState",
    "ActiveState",
    "SubState",
    "Result",
    "UnitFileState",
    "User",
    "FragmentPath",
    "DropInPaths",
)
_PATIENCE_SECONDS = 10


class ServiceNotRunning(AgentError):
    """The service of the agent does not run."""

    slug, code, retry_helps = "service-not-running", "SIKD-E453", True


class ServiceNotEnabled(AgentError):
    """The service runs, and would not after a restart of the server."""

    slug, code = "service-not-enabled", "SIKD-E454"


@dataclass(frozen=True, slots=True)
class Unit:
    """What systemd knows of the service."""

    installed: bool
    active: str
    sub: str
    result: str
    enabled: str
    user: str
    file: str
    drop_ins: str
    """Paths with spaces between."""


def unit(environment: Mapping[str, str], booted: Path = BOOTED) -> Unit | None:
    """The unit as systemd has it; None where systemd does not run or does not answer."""
    systemctl = which("systemctl", path=environment.get("PATH"))
    if systemctl is None or not booted.is_dir():
        return None
    asked = [systemctl, "show", UNIT, f"--property={','.join(_PROPERTIES)}"]
    try:
        said = subprocess.run(  # noqa: S603 - systemctl as this user would run it
            asked, capture_output=True, text=True, check=True, timeout=_PATIENCE_SECONDS
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = dict(line.partition("=")[::2] for line in said.splitlines())
    loaded, *others = (found.get(name, "") for name in _PROPERTIES)
    return Unit(loaded == "loaded", *others)


def service_checks(found: Unit | None, facts: status.Facts | None, *, alive: bool) -> Iterator[Check]:
    """Whether the agent runs and will run; without systemd by what it writes itself."""
    if found is None or not found.installed:
        yield _by_its_own_word(facts, alive=alive)
        yield skipped("start", T("No unit {unit} of systemd here to ask.", unit=UNIT))
        return
    yield _running(found, alive=alive)
    yield _starts_with_the_server(found)


def _by_its_own_word(facts: status.Facts | None, *, alive: bool) -> Check:
    if facts and alive:
        return ok("service", T("runs as process {pid}, without a unit of systemd", pid=facts["pid"]))
    return failed(
        "service",
        ServiceNotRunning(
            T("The agent does not run, and has no unit {unit}.", unit=UNIT),
            remedy=T("Install the unit; without systemd let cron run `sinergi run --once`."),
        ),
        NOT_RUNNING,
    )


def _running(found: Unit, *, alive: bool) -> Check:
    if found.active in {"active", "reloading"} and alive:
        return ok("service", T("{unit} is {state}", unit=UNIT, state=f"{found.active} ({found.sub})"))
    if found.active in {"active", "reloading"}:
        return _down(T("{unit} is active, but the agent has said nothing for five minutes.", unit=UNIT))
    return _down(T("{unit} is {state}.", unit=UNIT, state=f"{found.active} ({found.result or found.sub})"))


def _down(problem: Text) -> Check:
    remedy = T("`sudo sinergi logs` says why; then `sudo systemctl restart sinergi`.")
    return failed("service", ServiceNotRunning(problem, remedy=remedy), NOT_RUNNING)


def _starts_with_the_server(found: Unit) -> Check:
    if found.enabled.startswith("enabled"):
        return ok("start", T("starts with this server"))
    return warned(
        "start",
        ServiceNotEnabled(
            T("{unit} would not start with this server ({state}).", unit=UNIT, state=found.enabled or "-"),
            remedy=T("`sudo systemctl enable sinergi`"),
        ),
    )
