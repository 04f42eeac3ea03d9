"""The disk that every machine in QEMU begins with."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.filled import in_sqlite
from tests.sample_pemda import Budget

HERE = Path(__file__).parent
BUDGETS = {"a.db": 1_000, "b.db": 1_000, "c.db": 20_000, "d.db": 20_000}
TOOLS = ("qemu-system-x86_64", "mmdebstrap", "mke2fs", "depmod", "cpio")


@pytest.fixture(scope="session")
def image(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a kernel and a disk, on which this checkout is installed and four budgets lie."""
    lacking = [tool for tool in TOOLS if shutil.which(tool) is None]
    if os.geteuid() != 0 or lacking:
        pytest.skip(f"a machine in QEMU needs root and more (missing: {', '.join(lacking) or 'root'})")
    bundle: Path = request.getfixturevalue("bundle")
    folder = tmp_path_factory.mktemp("image")
    files = shutil.copytree(HERE / "files", folder / "files")
    (files / "srv/contoh").mkdir(parents=True)
    for seed, (name, size) in enumerate(BUDGETS.items()):
        in_sqlite(files / "srv/contoh" / name, "wp-sipd", Budget(jumlah_rincian=size, seed=seed))
    subprocess.run([HERE / "build-image", bundle, files, folder], check=True, capture_output=True, text=True)
    return folder
