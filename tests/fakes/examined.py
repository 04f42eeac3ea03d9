"""A node in a folder of its own, as `sinergi init` leaves it, to be examined by `sinergi doctor`."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from agent import status
from agent.checkup.check import Check
from agent.checkup.examination import examine, exit_code
from agent.config import load
from agent.keys import load_keys, make_keys
from agent.line.centre import CentreClient
from agent.paths import Paths
from agent.storage.outbox import Outbox
from agent.storage.state import State
from agent.storage.vault import DATABASE_PASSWORD, PROXY_PASSWORD, open_vault
from connectors.interface import Access
from tests.fakes.agent_world import HOST
from tests.fakes.facts import facts


def real_now() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


@dataclass
class ExaminedNode:
    """Settings, vault and databases; `checks` are those of the last examination."""

    folder: Path
    clock: Callable[[], datetime] = real_now
    checks: list[Check] = field(default_factory=list)

    @property
    def paths(self) -> Paths:
        """Where it keeps its things."""
        return Paths(self.folder / "agent.toml", self.folder / "state", self.folder / "run")

    @property
    def environment(self) -> dict[str, str]:
        """That of a command which is about this node."""
        return {"SINERGI_CONFIG": str(self.paths.config_file), "PATH": str(self.folder / "bin")}

    def install(
        self, centre: dict[str, str], access: Access | None = None, *, proxy_password: str = ""
    ) -> None:
        """Write agent.toml, make the keys, and keep the passwords."""
        for folder in (self.paths.state_dir, self.paths.run_dir, self.folder / "bin"):
            folder.mkdir(exist_ok=True, mode=0o700)
        self.paths.config_file.write_text(_settings(centre, access, self.paths))
        vault = open_vault(self.paths, {})
        make_keys(vault)
        if access and access.password:
            vault.set(DATABASE_PASSWORD, access.password)
        if proxy_password:
            vault.set(PROXY_PASSWORD, proxy_password)
        State(self.paths.state_file).close()
        Outbox(self.paths.outbox_file).close()

    def enrol(self) -> None:
        """Register at the centre of agent.toml."""
        keys = load_keys(open_vault(self.paths, {}))
        with (
            closing(State(self.paths.state_file)) as state,
            CentreClient(
                load(self.paths.config_file),
                keys,
                state,
                host=HOST,
                clock=self.clock,
                random_bytes=os.urandom,
            ) as centre,
        ):
            centre.register()

    def run_daemon(self, *, url: str | None = None) -> None:
        """Leave the sign of life of a running agent, which this process stands for."""
        told = facts(pid=os.getpid())
        told["centre"]["url"] = url
        status.write(str(self.paths.status_file), told)

    def examined(self) -> dict[str, Check]:
        """Every check by its name."""
        booted = self.folder / "booted"
        self.checks = list(examine(self.environment, self.clock, booted))
        return {check.name: check for check in self.checks}

    @property
    def exit_code(self) -> int:
        """Of the last examination."""
        return exit_code(self.checks)

    def fake_systemctl(self, **properties: str) -> None:
        """Let this server be one of systemd, which says this of the service."""
        (self.folder / "booted").mkdir(exist_ok=True)
        said = "\n".join(f"{name}={value}" for name, value in properties.items())
        program = self.folder / "bin" / "systemctl"
        program.write_text(f"#!/bin/sh\n/bin/cat <<'END'\n{said}\nEND\n")
        program.chmod(0o755)


def _settings(centre: dict[str, str], access: Access | None, paths: Paths) -> str:
    sections: dict[str, dict[str, object]] = {
        "centre": dict(centre),
        "apbd": {"tahun": 2026},
        "paths": {"state_dir": str(paths.state_dir), "run_dir": str(paths.run_dir)},
    }
    if access:
        names = ("application", "engine", "database", "host", "port", "user")
        sections["database"] = {name: getattr(access, name) for name in names}
    return "\n".join(
        line
        for section, settings in sections.items()
        for line in (f"[{section}]", *(f"{name} = {_toml(value)}" for name, value in settings.items()))
    )


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
