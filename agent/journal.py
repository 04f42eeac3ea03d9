"""What the agent tells the log: an event and its fields, never a secret, never what a budget contains."""

from __future__ import annotations

import logging
import os
from contextlib import suppress

_FIELDS = "fields"


def note(event: str, **fields: object) -> None:
    """Log an event (lower case, no full stop) with its fields."""
    logging.getLogger("sinergi").info(event, extra={_FIELDS: fields})


class LineHandler(logging.Handler):
    """Writes each event as one line to a descriptor; a line that a full disk does not take is lost."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line in one step; nothing of it is kept back for later."""
        with suppress(OSError):
            os.write(self._descriptor, f"{self.format(record)}\n".encode(errors="backslashreplace"))


class EventFormatter(logging.Formatter):
    """One line an event, like `segments sent snapshot=3fa9 lacking=2`; the journal adds the time."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of one record."""
        fields = getattr(record, _FIELDS, {})
        return " ".join([super().format(record), *(f"{name}={_one_word(v)}" for name, v in fields.items())])


def _one_word(value: object) -> str:
    text = str(value)
    # Quoted where it could be read as two fields or two lines.
    return text if text and text.isprintable() and not set(text) & set(' "=') else repr(text)
