"""The commands of `sikd`: one file a command, loaded when it is asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code: 0 done, 1 not done, 2 not understood."""
    from sikd.cli import frame

    try:
        return frame.run(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:
        return 130
