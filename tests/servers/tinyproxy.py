"""A private tinyproxy, with habits of its own: 401 for a wrong password, 500 for a centre that is away."""

from __future__ import annotations

from pathlib import Path

from tests.servers import process
from tests.servers.forward_proxy import ForwardProxy


def server_program() -> Path | None:
    """Where tinyproxy is, if it is installed."""
    return process.program("tinyproxy", "/usr/bin", "/usr/sbin")


class Tinyproxy(ForwardProxy):
    """A running tinyproxy."""

    def _command(self, settings: Path) -> list[str | Path]:
        return [server_program() or "tinyproxy", "-d", "-c", settings]

    def _settings(self, folder: Path) -> list[str]:
        lines = [f"Port {self.port}", f"Listen {self.host}", "Timeout 60", "MaxClients 50", "LogLevel Info"]
        if self.account:
            lines.append(f"BasicAuth {self.account.user} {self.account.password}")
        # Where ports are named, CONNECT leads to no other.
        return lines if self.opens else [*lines, "ConnectPort 1"]
