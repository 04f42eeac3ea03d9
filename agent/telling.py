"""Telling the world how the agent is: status.json for everyone on this server, one line for systemd."""

from __future__ import annotations

from pathlib import Path

from agent import metrics, status
from agent.errors import StorageUnwritable
from agent.journal import note
from agent.notify import Notifier
from contract.text import T

_AT_LEAST_EVERY = 60.0


class Teller:
    """Writes when something has changed, and every minute as a sign of life."""

    def __init__(self, path: Path, notifier: Notifier) -> None:
        self._path, self._notifier = path, notifier
        self.textfile: Path | None = None
        """Where a monitoring system reads, if agent.toml names it."""
        self._unmeasured = ""
        self._told: status.Facts | None = None
        self._told_at = 0.0

    def tell(self, facts: status.Facts, monotonic: float) -> None:
        """Write these facts where they are news; raises StorageUnwritable."""
        # The time of writing alone is no news.
        is_news = self._told is None or {**facts, "written_at": self._told["written_at"]} != self._told
        if not is_news and monotonic - self._told_at < _AT_LEAST_EVERY:
            return
        self.write(facts)
        self._notifier.says(_line(facts))
        self._told, self._told_at = facts, monotonic

    def write(self, facts: status.Facts) -> None:
        """Write these facts; raises StorageUnwritable."""
        try:
            self._path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            status.write(str(self._path), facts)
        except OSError as error:
            raise StorageUnwritable(
                T("{path} cannot be written: {why}.", path=self._path, why=error.strerror),
                remedy=T("Check that {folder} belongs to the service user.", folder=self._path.parent),
            ) from error
        self._measure(facts)

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
