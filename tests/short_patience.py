"""The agent with less patience for a database that hangs: what takes it half an hour takes seconds here.

    python -m tests.short_patience FILE SECONDS agent run

runs it with the moved clock of FILE, and gives up a reading after SECONDS.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from tests.moved_clock import MovedClock, run


@dataclass
class ImpatientClock(MovedClock):
    """Programs started by `program` also give up a reading after so many seconds."""

    seconds: int = 5

    def program(self, name: str) -> list[str]:
        """The Python arguments that start a program so."""
        return ["-m", "tests.short_patience", str(self.seconds), str(self.file), name]


def _main(seconds: str, file: str, program: str, *arguments: str) -> int:
    from agent import node
    from agent.snapshot import take_snapshot

    hurried = partial(take_snapshot, timeout=timedelta(seconds=int(seconds)))
    assert hasattr(node, "take_snapshot")
    setattr(node, "take_snapshot", hurried)  # noqa: B010 - to the type checker it is not this module's own
    return run(file, program, *arguments)


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
