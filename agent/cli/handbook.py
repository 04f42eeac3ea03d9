"""Where the documentation lies on this server: a bundle brings it along."""

from __future__ import annotations

import sys
from pathlib import Path

_ELSEWHERE = "docs/errors.md"


def errors_page(program: Path = Path(sys.prefix)) -> str:
    """The page that explains each code; its name in the sources where the program brought no documentation.

    The bundle lies in versions/NAME, and `current` beside it leads there, whatever the next NAME is.
    """
    page = program.parent.parent / "current/share/doc/errors.md"
    return str(page) if page.is_file() else _ELSEWHERE
