"""Waiting for something that other programs bring about."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_SECONDS = 90.0


def until(holds: Callable[[], bool], what: str, *, seconds: float = PATIENCE_SECONDS) -> None:
    """Look again and again until it holds; fails with `what` when patience is at its end."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"it never came true that {what}"
        time.sleep(0.2)
