"""The import contracts hold, and each of them is able to fail."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.checkout import ROOMS, ROOT

# For each contract: a module, and an import that this module must not have.
BREACHES = {
    "down": ("contract/breach.py", "import connectors"),
    "apart": ("sikd/breach.py", "import agent"),
    "centre-reads-no-database-of-a-pemda": ("sikd/breach.py", "import connectors"),
    "pure": ("contract/breach.py", "import time"),
    "steps": ("agent/collect.py", "import agent.push"),
    "way-of-a-budget": ("sikd/nodes/__init__.py", "import sikd.intake"),
    "doors": ("sikd/intake/breach.py", "import sikd.nodes.store"),
}


def lint_imports(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    for name in (*ROOMS, "tests/architecture"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_every_contract_is_kept(copy: Path) -> None:
    result = lint_imports(copy)

    assert result.returncode == 0, result.stdout


def test_every_contract_has_a_breach() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())

    contracts = {contract["id"] for contract in settings["tool"]["importlinter"]["contracts"]}

    assert contracts == BREACHES.keys()


@pytest.mark.parametrize("contract", BREACHES)
def test_a_breach_is_seen(contract: str, copy: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(copy, tmp_path / "broken"))
    where, import_line = BREACHES[contract]
    with (broken / where).open("a") as module_text:
        module_text.write(f"\n{import_line}\n")

    result = lint_imports(broken, "--contract", contract)

    assert result.returncode == 1, result.stdout
    assert "BROKEN" in result.stdout
