"""The bundle, built once, and a guest that boots systemd to install it in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.checkout import ROOT
from tests.system import bundles

BOOT = Path(__file__).with_name("boot-host-root")


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the bundles are built from."""
    return bundles.copied(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="session")
def bundle(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The .run of this checkout; what else was built lies beside it."""
    return bundles.build(checkout, tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="session")
def tree(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the bundle installs."""
    return bundles.unpack(bundle, tmp_path_factory.mktemp("tree"))


@pytest.fixture(scope="session")
def builds(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with four builds: old.run, new.run, and two that are broken in different ways."""
    folder = tmp_path_factory.mktemp("builds")
    shutil.copy(bundle, folder / "old.run")
    changes = {"new": bundles.a_note, "no-start": bundles.no_start, "no-import": bundles.no_import}
    for name, change in changes.items():
        made = bundles.variant(bundle, tmp_path_factory.mktemp(name), change)
        made.rename(folder / f"{name}.run")
    return folder


@pytest.fixture(scope="session")
def life(builds: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What was seen in one guest that installed the builds, over two boots."""
    return seen_by("service_job", builds, tmp_path_factory.mktemp("life"))


@pytest.fixture(scope="session")
def reading(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What was seen in one guest whose service read every engine."""
    folder = tmp_path_factory.mktemp("bundles")
    shutil.copy(bundle, folder / "this.run")
    return seen_by("reading_job", folder, tmp_path_factory.mktemp("reading"))


def seen_by(job: str, builds: Path, result: Path) -> dict[str, Any]:
    """What a job saw in a guest over this machine's root."""
    lacking = [tool for tool in ("systemd-nspawn", "unshare") if shutil.which(tool) is None]
    if os.geteuid() != 0 or lacking:
        pytest.skip(f"a guest needs root and systemd-container (missing: {', '.join(lacking) or 'root'})")
    command = [sys.executable, "-m", f"tests.system.{job}"]
    done = subprocess.run(
        [BOOT, builds, result, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    seen: dict[str, Any] = json.loads((result / "seen.json").read_text())
    return seen
