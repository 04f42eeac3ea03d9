"""Each wheel carries its own rooms, whole, and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.architecture.checkout import ROOT, kept_files

WHEELS = {"sinergi": (".", {"agent", "connectors", "contract"}), "sikd": ("sikd", {"sikd"})}
# What a developer needs in a package's folder, and its users do not.
LEFT_OUT = {Path("sikd/pyproject.toml")}
METADATA = re.compile(r"\.dist-info/|\.data/scripts/sinergi$")


@pytest.fixture(scope="module", params=WHEELS)
def wheel(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    project, _ = WHEELS[request.param]
    out = tmp_path_factory.mktemp(request.param)
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, project],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return next(out.glob("*.whl"))


def test_a_wheel_holds_every_file_of_its_rooms(wheel: Path) -> None:
    _, rooms = WHEELS[wheel.name.split("-")[0]]

    packed = {Path(name) for name in zipfile.ZipFile(wheel).namelist() if not METADATA.search(name)}

    assert packed == {path for path in kept_files() if path.parts[0] in rooms} - LEFT_OUT


def test_what_a_wheel_holds_can_be_imported(wheel: Path, tmp_path: Path) -> None:
    _, rooms = WHEELS[wheel.name.split("-")[0]]
    zipfile.ZipFile(wheel).extractall(tmp_path)
    lines = [f"import {room}; print({room}.__file__)" for room in sorted(rooms)]

    program = "; ".join([f"import sys; sys.path.insert(0, {str(tmp_path)!r})", *lines])
    printed = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout

    assert printed.split() == [str(tmp_path / room / "__init__.py") for room in sorted(rooms)]


def test_the_centre_needs_the_agent_distribution_of_its_own_version() -> None:
    sinergi = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    sikd = tomllib.loads((ROOT / "sikd/pyproject.toml").read_text())["project"]

    assert sikd["version"] == sinergi["version"]
    assert f"sinergi=={sinergi['version']}" in sikd["dependencies"]
