"""Telling the world how the agent is: status.json for everyone on this server, one line for systemd."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from agent import status
from agent.errors import StorageUnwritable
from agent.journal import note
from agent.service import metrics
from agent.service.notify import Notifier
from agent.storage.disk import has_no_room, refused

_AT_LEAST_EVERY = 60.0
_BLOCK = 512
"""What stat(2) counts blocks in."""


class Teller:
    """Writes when something has changed, and every minute as a sign of life."""

    def __init__(self, path: Path, notifier: Notifier) -> None:
        self._path, self._notifier = path, notifier
        self.textfile: Path | None = None
        """Where a monitoring system reads, if agent.toml names it."""
        self._unmeasured = ""
        self._untold = ""
        self._told: status.Facts | None = None
        self._told_at = 0.0

    def tell(self, facts: status.Facts, monotonic: float) -> None:
        """Write these facts where they are news; that this cannot be is logged once, and stops nothing."""
        # The time of writing alone is no news.
        is_news = self._told is None or {**facts, "written_at": self._told["written_at"]} != self._told
        if not is_news and monotonic - self._told_at < _AT_LEAST_EVERY:
            return
        self._notifier.says(_line(facts))
        try:
            self.write(facts)
        except StorageUnwritable as error:
            if str(error) != self._untold:
                note("status not written", error=error.slug, path=self._path)
            self._untold = str(error)
            return
        self._untold = ""
        self._told, self._told_at = facts, monotonic

    def forget(self) -> None:
        """Whatever comes next is news."""
        self._told = None

    def last(self) -> status.Facts | None:
        """What was told last, by this process or one before it."""
        return self._told or status.read(str(self._path))

    def write(self, facts: status.Facts) -> None:
        """Write these facts; raises StorageUnwritable."""
        try:
            self._path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            self._replace(facts)
        except OSError as error:
            raise refused(self._path, error) from error
        self._measure(facts)

    def _replace(self, facts: status.Facts) -> None:
        try:
            status.write(str(self._path), facts)
        except OSError as error:
            if not has_no_room(error) or not _written_over(self._path, status.as_bytes(facts)):
                raise

    def _measure(self, facts: status.Facts) -> None:
        """Numbers that nobody can read are no reason to stop; that they are missing is logged once."""
        trouble = ""
        try:
            if self.textfile is not None:
                metrics.write(self.textfile, facts)
        except OSError as error:
            trouble = error.strerror or type(error).__name__
        if trouble and trouble != self._unmeasured:
            note("metrics not written", path=self.textfile, why=trouble)
        self._unmeasured = trouble


def _line(facts: status.Facts) -> str:
    """One line, in English as the log is."""
    found = status.situations(facts, alive=facts["running"])
    return f"{', '.join(found) or 'healthy'}; {facts['queued']} queued"


def _written_over(path: Path, data: bytes) -> bool:
    """Write into the blocks that the file has already; False where it has too few. Blanks fill the rest."""
    with suppress(OSError), path.open("r+b", buffering=0) as file:
        found = os.fstat(file.fileno())
        if len(data) <= found.st_blocks * _BLOCK:
            return file.write(data.ljust(found.st_size)) >= len(data)
    return False
