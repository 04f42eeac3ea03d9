"""Where the agent keeps its things."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from agent.paths import CONFIG_FILE, RUN_DIR, STATE_DIR, locate

HEAVY = {"cryptography", "httpx", "keyring", "pydantic", "sqlalchemy", "zstandard"}


def test_the_usual_places_hold_where_nothing_else_is_said() -> None:
    paths = locate({"SINERGI_CONFIG": "/nowhere/agent.toml"})

    assert (paths.state_dir, paths.run_dir) == (STATE_DIR, RUN_DIR)
    assert locate({}).config_file == CONFIG_FILE


def test_agent_toml_may_name_other_places(tmp_path: Path) -> None:
    file = tmp_path / "agent.toml"
    file.write_text('[paths]\nstate_dir = "/srv/sinergi"\nrun_dir = "/srv/run"\n')

    paths = locate({"SINERGI_CONFIG": str(file)})

    assert paths.config_file == file
    assert paths.outbox_file == Path("/srv/sinergi/outbox.db")
    assert paths.status_file == Path("/srv/run/status.json")


@pytest.mark.parametrize("text", ["paths = 3", "[paths]\nstate_dir = 3", "[paths", "\x00"])
def test_a_file_with_mistakes_leaves_the_usual_places(tmp_path: Path, text: str) -> None:
    file = tmp_path / "agent.toml"
    file.write_text(text)

    assert locate({"SINERGI_CONFIG": str(file)}).state_dir == STATE_DIR


@pytest.mark.parametrize(
    "module", ["agent", "agent.paths", "agent.storage.state", "agent.journal", "agent.service.backoff"]
)
def test_what_an_idle_agent_needs_loads_no_heavy_library(module: str) -> None:
    program = f"import sys, {module}; print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert HEAVY.isdisjoint(loaded.stdout.split())
