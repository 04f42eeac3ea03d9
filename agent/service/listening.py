"""What the daemon's main thread listens for: signals, and a clock that was set."""

from __future__ import annotations

import os
import select
import signal
from datetime import datetime, timedelta
from enum import Enum, auto
from types import FrameType

_JUMP = timedelta(seconds=30)


class Heard(Enum):
    """What a signal means."""

    STOP = auto()
    RELOAD = auto()


_MEANINGS = {signal.SIGTERM: Heard.STOP, signal.SIGINT: Heard.STOP, signal.SIGHUP: Heard.RELOAD}


class Bell:
    """Signals as something to wait for: by a pipe, since a handler must not touch a lock it interrupted."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        for number in _MEANINGS:
            signal.signal(number, self._ring)

    def wait(self, seconds: float) -> Heard | None:
        """The next signal's meaning, or None when the time is over."""
        if not select.select([self._reader], [], [], seconds)[0]:
            return None
        return _MEANINGS[signal.Signals(os.read(self._reader, 1)[0])]

    def _ring(self, number: int, _: FrameType | None) -> None:
        os.write(self._writer, bytes([number]))


class ClockWatch:
    """Compares the wall clock with one that is never set; both are passed in."""

    def __init__(self, now: datetime, monotonic: float) -> None:
        self._now, self._monotonic = now, monotonic

    def jumped(self, now: datetime, monotonic: float) -> bool:
        """Whether the wall clock was set since the last call, or went on while this server was suspended."""
        passed = timedelta(seconds=monotonic - self._monotonic)
        jumped = abs(now - self._now - passed) > _JUMP
        self._now, self._monotonic = now, monotonic
        return jumped
