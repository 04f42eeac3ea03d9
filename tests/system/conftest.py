"""A guest that boots systemd, with the agent installed in it as it would be at a Pemda."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BOOT = Path(__file__).with_name("boot-host-root")
Boot = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def agent_prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The agent in a virtual environment of the system's own Python, with nothing of the centre."""
    prefix = tmp_path_factory.mktemp("opt") / "sinergi"
    subprocess.run(["/usr/bin/python3", "-m", "venv", prefix], check=True)
    pip: list[str | Path] = [
        prefix / "bin/python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
    ]
    lock = ROOT / "requirements/agent.lock"
    subprocess.run([*pip, "--require-hashes", "-r", lock], check=True, capture_output=True)
    wheels = tmp_path_factory.mktemp("wheels")
    build: list[str | Path] = [
        sys.executable,
        "-m",
        "build",
        "--no-isolation",
        "--wheel",
        "--outdir",
        wheels,
        ROOT,
    ]
    subprocess.run(build, check=True, capture_output=True)
    subprocess.run([*pip, *wheels.glob("sinergi-*.whl")], check=True, capture_output=True)
    script = prefix / "bin/sinergi"
    script.write_text(script.read_text().replace(str(prefix), "/opt/sinergi"))
    return prefix


@pytest.fixture
def boot(agent_prefix: Path, tmp_path: Path) -> Boot:
    """Run a command in a fresh guest; its output is that of the command."""
    lacking = [tool for tool in ("systemd-nspawn", "unshare") if shutil.which(tool) is None]
    if os.geteuid() != 0 or lacking:
        pytest.skip(f"a guest needs root and systemd-container (missing: {', '.join(lacking) or 'root'})")

    def booted(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [BOOT, agent_prefix, tmp_path, *command], cwd=ROOT, capture_output=True, text=True, check=False
        )

    return booted
