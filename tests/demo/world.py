"""The two programs of the demonstration, each in a folder of its own, run as an operator would run them."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class DemoFailed(Exception):
    """A program of the demonstration did not do what it was asked for."""


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who acts at the centre, with a password made for this run alone."""

    username: str
    role: str
    kode_pemda: str = ""
    password: str = field(default_factory=lambda: secrets.token_urlsafe(15), repr=False)


WAITING = 4
"""The exit code of `sinergi` while the centre has still to act."""


def _run(command: list[str], environment: dict[str, str], *, fine: tuple[int, ...] = (0,)) -> str:
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    if done.returncode not in fine:
        raise DemoFailed(f"{' '.join(command[2:])} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


@dataclass
class Centre:
    """The centre, on SQLite, at a free port of this machine."""

    folder: Path
    address: str = ""
    _server: subprocess.Popen[bytes] | None = None

    @property
    def _environment(self) -> dict[str, str]:
        return {"SIKD_DATA_DIR": str(self.folder), "SIKD_SAMPLE": "true"}

    def run(self, *arguments: str, person: Person | None = None) -> str:
        """Run one command of `sikd`; a person's password goes by a file."""
        command = [sys.executable, "-m", "sikd", *arguments]
        if person is None:
            return _run(command, self._environment)
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(person.password + "\n")
        try:
            return _run([*command, "--password-file", str(secret)], self._environment)
        finally:
            secret.unlink()

    def add(self, person: Person) -> None:
        """Make someone's account."""
        pemda = ["--pemda", person.kode_pemda] if person.kode_pemda else []
        self.run("user", "add", person.username, "--role", person.role, *pemda, person=person)

    def start(self) -> None:
        """Serve until `stop`; returns once it answers."""
        reading, writing = os.pipe()
        self._server = subprocess.Popen(
            [sys.executable, "-m", "sikd", "serve", "--port", "0", "--ready-fd", str(writing)],
            env=os.environ | self._environment,
            stdout=subprocess.DEVNULL,
            pass_fds=[writing],
        )
        os.close(writing)
        with os.fdopen(reading) as told:
            self.address = told.read().strip()
        if not self.address:
            raise DemoFailed("the centre did not start")

    def wait(self) -> None:
        """Wait until the centre ends."""
        if self._server:
            self._server.wait()

    def stop(self) -> None:
        """End the centre."""
        if self._server:
            self._server.terminate()
            self._server.wait()


@dataclass
class Node:
    """An agent on the Pemda's server."""

    folder: Path

    @property
    def _environment(self) -> dict[str, str]:
        return {"SINERGI_CONFIG": str(self.folder / "agent.toml")}

    def run(self, *arguments: str) -> str:
        """Run one command of `sinergi`."""
        return _run([sys.executable, "-m", "agent", *arguments], self._environment, fine=(0, WAITING))

    def ask(self, *arguments: str) -> dict[str, Any]:
        """Run one command of `sinergi` that answers in JSON."""
        answer: dict[str, Any] = json.loads(self.run(*arguments, "--json"))
        return answer
