"""`sinergi status --watch`: the same screen, drawn anew every few seconds until Ctrl-C."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TextIO

from agent.cli.status import looked_at
from agent.cli.status_screen import screen

EVERY_SECONDS = 3.0
# The other screen of a terminal, so that what stood there before comes back; no cursor on it.
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
_HOME, _CLEAR_LINE, _CLEAR_REST = "\x1b[H", "\x1b[K", "\x1b[J"


def watch(
    terminal: TextIO,
    environment: Mapping[str, str],
    translate: Callable[[str], str],
    language: str,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Draw until the person presses Ctrl-C, which goes up as KeyboardInterrupt (exit code 130)."""
    terminal.write(_ENTER)
    try:
        while True:
            facts, found, now = looked_at(environment)
            text = screen(facts, found, translate, language, now)
            # Line by line over what stood there, so that nothing flickers.
            terminal.write(_HOME + text.replace("\n", f"{_CLEAR_LINE}\n") + _CLEAR_REST)
            terminal.flush()
            pause(EVERY_SECONDS)
    finally:
        terminal.write(_LEAVE)
        terminal.flush()
