"""A clock that a test moves forward under whole programs, as a server's does while it sleeps.

    python -m tests.moved_clock FILE agent run

runs a program whose composition roots are given a clock that is as many seconds ahead as FILE says; clocks
that only measure stand still, as in a suspend.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from types import ModuleType

_Now = Callable[[], datetime]


@dataclass
class MovedClock:
    """Programs started by `program` see the time as far ahead as this clock was moved."""

    file: Path
    _ahead: timedelta = field(default=timedelta())

    def __post_init__(self) -> None:
        self.move(timedelta())

    def move(self, span: timedelta) -> None:
        """Let this much time pass at once."""
        self._ahead += span
        draft = self.file.with_suffix(".draft")
        draft.write_text(str(self._ahead.total_seconds()))
        draft.replace(self.file)

    def now(self) -> datetime:
        """What the programs take for the time."""
        return datetime.now(UTC) + self._ahead

    def program(self, name: str) -> list[str]:
        """The Python arguments that start a program with this clock."""
        return ["-m", "tests.moved_clock", str(self.file), name]


def run(file: str, program: str, *arguments: str) -> int:
    """Run a program of ours with the clock of FILE; returns its exit code."""

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(Path(file).read_text()))

    return {"agent": _agent, "sikd": _centre}[program](now, arguments)


def _agent(now: _Now, arguments: Sequence[str]) -> int:
    import apscheduler.schedulers.base as scheduler  # type: ignore[import-untyped]

    from agent.cli import main, opened
    from agent.service import daemon

    class Moved(datetime):
        """The scheduler has no clock passed in; it asks this name."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return now().astimezone(tz)

    _give(now, (daemon, "now"), (opened, "clock"))
    _give(Moved, (scheduler, "datetime"))
    return main(arguments)


def _centre(now: _Now, arguments: Sequence[str]) -> int:
    from sikd.cli import centre, main

    _give(now, (centre, "now"))
    return main(arguments)


def _give(clock: object, *places: tuple[ModuleType, str]) -> None:
    for module, name in places:
        assert hasattr(module, name)
        setattr(module, name, clock)


if __name__ == "__main__":
    sys.exit(run(*sys.argv[1:]))
