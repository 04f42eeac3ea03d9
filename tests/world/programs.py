"""`sinergi` and `sikd` as processes, each in a folder of its own, run as an operator would run them."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests.moved_clock import MovedClock
from tests.servers.process import free_port

WAITING = 4
"""The exit code of `sinergi` while the centre has still to act."""


class ProgramFailed(Exception):
    """A program did not do what it was asked for."""


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who acts at the centre, with a password made for this run alone."""

    username: str
    role: str
    kode_pemda: str = ""
    password: str = field(default_factory=lambda: secrets.token_urlsafe(15), repr=False)


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    def document(self) -> Any:
        """What a command with `--json` said."""
        return json.loads(self.out)


@dataclass
class Centre:
    """The centre, on SQLite unless another database is named, at a free port of this machine."""

    folder: Path
    database_url: str = ""
    clock: MovedClock | None = None
    address: str = ""
    """Where nodes and people reach it; its own port, unless a test puts something between."""
    port: int = field(default_factory=free_port)
    _server: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.address = self.address or f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str, person: Person | None = None) -> str:
        """Run one command of `sikd`; a person's password goes by a file."""
        command = [*_program("sikd", self.clock), *arguments]
        if person is None:
            return _fine(_ended(command, self._environment)).out
        with secret_file(self.folder, person.password) as file:
            return _fine(_ended([*command, "--password-file", str(file)], self._environment)).out

    def add(self, person: Person) -> None:
        """Make someone's account."""
        pemda = ["--pemda", person.kode_pemda] if person.kode_pemda else []
        self.run("user", "add", person.username, "--role", person.role, *pemda, person=person)

    def start(self) -> None:
        """Serve until `stop`; returns once it answers."""
        reading, writing = os.pipe()
        serve = ["serve", "--port", str(self.port), "--public-url", self.address, "--ready-fd", str(writing)]
        self._server = subprocess.Popen(
            [*_ends_with_us(), sys.executable, *_program("sikd", self.clock), *serve],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            pass_fds=[writing],
        )
        os.close(writing)
        with os.fdopen(reading) as told:
            if not told.read():
                raise ProgramFailed("the centre did not start")

    def wait(self) -> None:
        """Wait until the centre ends."""
        if self._server:
            self._server.wait()

    def stop(self) -> None:
        """End the centre, if it runs."""
        if self._server:
            self._server.terminate()
            self._server.wait()
            self._server = None

    def kill(self) -> None:
        """End the centre as a power cut would."""
        if self._server:
            self._server.kill()
            self._server.wait()
            self._server = None

    @property
    def _environment(self) -> dict[str, str]:
        own = {"SIKD_DATA_DIR": str(self.folder), "SIKD_SAMPLE": "true"}
        if self.database_url:
            own["SIKD_DATABASE_URL"] = self.database_url
        return {**_inherited(), **own}


@dataclass
class Node:
    """An agent on the Pemda's server."""

    folder: Path
    clock: MovedClock | None = None
    started_by: tuple[str, ...] = ()
    """What `begin` starts the program with, such as `setpriv` and its options."""

    @property
    def settings(self) -> Path:
        """Its agent.toml."""
        return self.folder / "agent.toml"

    @property
    def status_file(self) -> Path:
        """What the running agent tells everybody."""
        return self.folder / "run" / "status.json"

    @property
    def outbox_file(self) -> Path:
        """Where it keeps what is to be delivered (SQLite)."""
        return self.folder / "state" / "outbox.db"

    def tried(self, *arguments: str, typed: str = "") -> Done:
        """Run one command of `sinergi`, however it ends; `typed` comes in by a pipe."""
        return _ended([*_program("agent", self.clock), *arguments], self._environment, typed)

    def run(self, *arguments: str) -> str:
        """Run one command of `sinergi` that ends well, or waits for the centre."""
        return _fine(self.tried(*arguments), 0, WAITING).out

    def ask(self, *arguments: str) -> dict[str, Any]:
        """Run one command of `sinergi` that answers in JSON."""
        answer: dict[str, Any] = json.loads(self.run(*arguments, "--json"))
        return answer

    def begin(self, *arguments: str, log: IO[str] | None = None) -> subprocess.Popen[str]:
        """Start one command of `sinergi` and leave it running; it logs to a file, if one is given."""
        return subprocess.Popen(
            [*self.started_by, sys.executable, *_program("agent", self.clock), *arguments],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=log or subprocess.PIPE,
            text=True,
        )

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[str]]:
        """The agent as a process for as long as the block lasts; killed at its end where it still lives."""
        with self.begin("run") as agent:
            try:
                yield agent
            finally:
                agent.kill()

    @property
    def _environment(self) -> dict[str, str]:
        return {**_inherited(), "SINERGI_CONFIG": str(self.settings)}


@contextmanager
def secret_file(folder: Path, secret: str) -> Iterator[Path]:
    """A file that only its owner can read, for as long as the block lasts."""
    file = folder / "password"
    file.touch(mode=0o600)
    file.write_text(secret + "\n")
    try:
        yield file
    finally:
        file.unlink()


def _program(name: str, clock: MovedClock | None) -> list[str]:
    return clock.program(name) if clock else ["-m", name]


def _ends_with_us() -> list[str]:
    """What lets a program end when this one is gone, however that came; nothing where it does not exist."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig=TERM"] if setpriv else []


def _inherited() -> dict[str, str]:
    """This program's environment without settings of ours, which a developer may have set."""
    ours = ("SINERGI_", "SIKD_", "CREDENTIALS_DIRECTORY")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _ended(arguments: list[str], environment: Mapping[str, str], typed: str = "") -> Done:
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def _fine(done: Done, *codes: int) -> Done:
    if done.code not in (codes or (0,)):
        raise ProgramFailed(f"a program ended with {done.code}:\n{done.out}{done.err}")
    return done
