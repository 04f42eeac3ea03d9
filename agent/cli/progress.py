"""A sign of life on a terminal while long work runs; a log or a pipe never sees it."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self, TextIO

_STEP_SECONDS = 0.2
_WIDTH = 20


class Bar:
    """A bar that moves as long as its block runs; nobody knows beforehand how long a database will take."""

    def __init__(self, stream: TextIO, label: str) -> None:
        self._stream, self._label = stream, label
        self._ended = threading.Event()
        self._drawer = threading.Thread(target=self._draw, daemon=True)

    def __enter__(self) -> Self:
        if self._stream.isatty():
            self._drawer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._drawer.is_alive():
            self._drawer.join()
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _draw(self) -> None:
        begin, step = time.monotonic(), 0
        while not self._ended.wait(_STEP_SECONDS):
            self._stream.write(f"\r\x1b[K{drawn(self._label, step, time.monotonic() - begin)}")
            self._stream.flush()
            step += 1


def drawn(label: str, step: int, seconds: float) -> str:
    """One picture of the bar: a block that wanders to the end and back."""
    turn = 2 * (_WIDTH - 4)
    place = step % turn
    place = min(place, turn - place)
    return f"[{' ' * place}####{' ' * (_WIDTH - 4 - place)}] {label} {seconds:.0f} s"
