"""Bundles for tests: the one that `make bundle` builds, and others made from its tree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.architecture.checkout import ROOT, kept_files

EPOCH = "1767225600"
SITE = Path("lib/python3.13/site-packages")


def copied(folder: Path) -> Path:
    """A copy of this checkout that nobody works in."""
    for file in kept_files():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, folder / file)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder


def build(checkout: Path, folder: Path) -> Path:
    """Build everything that a checkout makes into a folder; returns the .run."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
    subprocess.run([checkout / "installer/bundle", folder], check=True, capture_output=True, env=environment)
    return the_run(folder)


def the_run(folder: Path) -> Path:
    """The self-extracting installer in a folder."""
    (found,) = folder.glob("*.run")
    return found


def unpack(bundle: Path, folder: Path) -> Path:
    """The tree that a .run carries, unpacked."""
    data = bundle.read_bytes()
    size = re.search(rb"(?m)^tree_bytes=(\d+) ", data)
    assert size
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["tar", "-xzf", "-", "-C", folder], input=data[-int(size[1]) :], check=True)
    return folder


def variant(bundle: Path, folder: Path, change: Callable[[Path], object]) -> Path:
    """Another build of the same version, in which `change` was made to the tree."""
    tree, out = folder / "tree", folder / "out"
    out.mkdir(parents=True)
    change(unpack(bundle, tree))
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
    subprocess.run([ROOT / "installer/pack", tree, out], check=True, capture_output=True, env=environment)
    return the_run(out)


def a_note(tree: Path) -> None:
    """Nothing that matters: a newer build that is as good as the old one."""
    (tree / "share/note").write_text("CONTOH\n")


def no_start(tree: Path) -> None:
    """A build that loads, passes its self-test, and ends as soon as it is to serve."""
    edit(
        tree,
        "agent/cli/run.py",
        "def execute(",
        "def execute(*_: object) -> int:\n    return 1\n\n\ndef _other(",
    )


def no_import(tree: Path) -> None:
    """A build that does not even load."""
    edit(tree, "agent/service/rounds.py", "import", "import nothing_of_this_name\nimport")


def edit(tree: Path, module: str, old: str, new: str) -> None:
    """Change one place of a module; what it was compiled to goes."""
    file = tree / SITE / module
    text = file.read_text()
    head, _, rest = text.partition("from __future__ import annotations\n")
    assert old in rest
    file.write_text(head + "from __future__ import annotations\n" + rest.replace(old, new, 1))
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
        compiled.unlink()
