"""What a test may ask of a private forward proxy, whichever program it is."""

from __future__ import annotations

import base64
import shutil
import socket
import subprocess
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

from tests.servers import process
from tests.servers.server import Account

OWNER = "proxy"
"""A user that every Debian has, for proxies that tests run as root."""


class ForwardProxy(ABC):
    """A proxy on loopback that opens the way to any port of this machine, or to none; use it as a context."""

    def __init__(
        self, account: Account | None = None, *, opens: bool = True, host: str = "127.0.0.1"
    ) -> None:
        self.account, self.opens, self.host = account, opens, host
        self.port = process.free_port()
        self._folder = process.private_folder(OWNER)
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, as agent.toml has it."""
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"

    @property
    def log(self) -> str:
        """What it has written down."""
        return "".join(file.read_text(errors="replace") for file in sorted(self._folder.glob("*log")))

    @property
    def secrets(self) -> set[str]:
        """Its password, plain and as it goes over the line."""
        if self.account is None:
            return set()
        pair = f"{self.account.user}:{self.account.password}"
        return {self.account.password, base64.b64encode(pair.encode()).decode()}

    def serve(self) -> None:
        """Listen; returns once it does."""
        settings = self._folder / "settings"
        settings.write_text("\n".join(self._settings(self._folder)) + "\n")
        for file in self._folder.iterdir():
            file.chmod(0o644)
        self._running = process.start(OWNER, self._command(settings), self._folder)
        process.wait_until(self._knock, self._running, self._folder)

    def go_away(self) -> None:
        """Cut every connection and listen no more, until it serves again."""
        if self._running:
            self._running.kill()
            self._running.wait()
            self._running = None

    def __enter__(self) -> Self:
        self.serve()
        return self

    def __exit__(self, *_: object) -> None:
        self.go_away()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _knock(self) -> None:
        socket.create_connection((self.host, self.port), timeout=1).close()

    @abstractmethod
    def _command(self, settings: Path) -> list[str | Path]:
        """What starts it in the foreground."""

    @abstractmethod
    def _settings(self, folder: Path) -> list[str]:
        """The lines of its settings file; whatever else it needs is written into the folder."""
