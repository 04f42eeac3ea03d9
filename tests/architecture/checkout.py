"""The files of this checkout, as the architecture tests look at them."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("agent", "connectors", "contract", "sikd")


@cache
def kept_files() -> tuple[Path, ...]:
    """Every file that git keeps or would keep, relative to the root."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return tuple(
        sorted(Path(name) for name in set(listing.stdout.split("\0")) if name and (ROOT / name).is_file())
    )


def modules(*folders: str) -> list[Path]:
    """The Python files in these top-level folders, relative to the root."""
    return [path for path in kept_files() if path.parts[0] in folders and path.suffix == ".py"]


def packages() -> list[Path]:
    """The folders of the source rooms that are Python packages, relative to the root."""
    return sorted({path.parent for path in modules(*ROOMS) if path.name == "__init__.py"})
