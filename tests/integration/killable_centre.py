"""A centre in a process of its own that can be killed at any moment and started again at the same address."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import free_port

COMMAND = [sys.executable, "-m", "sikd"]


@dataclass
class KillableCentre:
    """`sikd serve` on SQLite."""

    folder: Path
    port: int
    server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        """Its database, for tests that look at it from beside."""
        return f"sqlite:///{self.folder / 'sikd.db'}"

    def start(self) -> None:
        """Start it, and return when it answers."""
        reader, writer = os.pipe()
        self.server = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(self.port), "--ready-fd", str(writer)],
            env=self._environment(),
            pass_fds=(writer,),
            stdout=subprocess.DEVNULL,
        )
        os.close(writer)
        with os.fdopen(reader) as told:
            assert told.readline().strip() == self.url

    def kill(self) -> None:
        """End it as a power cut would, without a chance to say goodbye."""
        if self.server is not None:
            self.server.send_signal(signal.SIGKILL)
            self.server.wait()
            self.server = None

    def migrate(self) -> None:
        """Make its database and its key."""
        subprocess.run([*COMMAND, "migrate"], env=self._environment(), check=True, capture_output=True)

    def _environment(self) -> dict[str, str]:
        return os.environ | {"SIKD_DATA_DIR": str(self.folder)}


@contextmanager
def killable_centre(folder: Path) -> Iterator[KillableCentre]:
    """A new centre that answers until it is killed, or until the block ends."""
    centre = KillableCentre(folder, free_port())
    centre.migrate()
    centre.start()
    try:
        yield centre
    finally:
        centre.kill()
