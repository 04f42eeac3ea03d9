"""The wheels work where they will live: in an empty environment, away from this checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.checkout import ROOT


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    python = Path(sys.executable)
    run([python, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder / "dist", "."], ROOT)
    run([python, "-m", "venv", folder / "venv"], folder)
    pip: list[str | Path] = [folder / "venv/bin/python", "-m", "pip", "install", "--quiet", "--no-deps"]
    run([*pip, "--require-hashes", "-r", ROOT / "requirements/agent.lock"], folder)
    run([*pip, *(folder / "dist").glob("sinergi-*.whl")], folder)
    return folder


def run(command: list[str | Path], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(300)
def test_the_lock_holds_everything_that_the_agent_needs(environment: Path) -> None:
    said = run([environment / "venv/bin/python", "-m", "pip", "check"], environment)

    assert "No broken requirements found" in said


@pytest.mark.timeout(300)
def test_the_installed_agent_says_its_version(environment: Path) -> None:
    said = run([environment / "venv/bin/sinergi", "version"], environment)

    assert "0.1.0" in said
