"""Where the agent keeps its things: settings, lasting state, and what lives only while it runs.

Nothing heavy is imported here, because `sinergi status` looks these places up on every call.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CONFIG_FILE = Path("/etc/sinergi/agent.toml")
STATE_DIR = Path("/var/lib/sinergi")
RUN_DIR = Path("/run/sinergi")
CONFIG_VARIABLE = "SINERGI_CONFIG"


@dataclass(frozen=True, slots=True)
class Paths:
    """The three places, and the files that the agent keeps in them."""

    config_file: Path = CONFIG_FILE
    state_dir: Path = STATE_DIR
    run_dir: Path = RUN_DIR

    @property
    def state_file(self) -> Path:
        """What the node remembers (SQLite)."""
        return self.state_dir / "state.db"

    @property
    def outbox_file(self) -> Path:
        """What waits to be delivered, and the receipts (SQLite)."""
        return self.state_dir / "outbox.db"

    @property
    def staging_dir(self) -> Path:
        """Frames of a collection that has not become a snapshot yet."""
        return self.state_dir / "staging"

    @property
    def vault_file(self) -> Path:
        """The sealed secrets."""
        return self.state_dir / "vault"

    @property
    def vault_key_file(self) -> Path:
        """The key that opens the vault, where systemd does not hand one in."""
        return self.state_dir / "vault.key"

    @property
    def status_file(self) -> Path:
        """What anyone on this server may know about the agent."""
        return self.run_dir / "status.json"


def locate(environment: Mapping[str, str]) -> Paths:
    """The places that hold here: defaults, then SINERGI_CONFIG, then `[paths]` of agent.toml.

    A file that cannot be read leaves the defaults; `agent.config.load` is what explains its mistakes.
    """
    config_file = Path(environment.get(CONFIG_VARIABLE) or CONFIG_FILE)
    chosen = _paths_section(config_file)
    return Paths(config_file, chosen.get("state_dir", STATE_DIR), chosen.get("run_dir", RUN_DIR))


def _paths_section(config_file: Path) -> dict[str, Path]:
    try:
        section = tomllib.loads(config_file.read_text(encoding="utf-8")).get("paths", {})
    except (OSError, ValueError):
        return {}
    if not isinstance(section, dict):
        return {}
    return {name: Path(value) for name, value in section.items() if isinstance(value, str) and value}
