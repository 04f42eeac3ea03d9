"""When what has failed may be tried again: later each time it fails in a row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from agent.backoff import wait_after
from agent.errors import CentreBusy
from contract.errors import ExplainedError


class Patience:
    """How often something has failed in a row, and when it may be tried again."""

    def __init__(self, random: Callable[[], float], longest: timedelta = timedelta.max) -> None:
        self._random, self._longest, self._failures = random, longest, 0
        self.not_before: datetime | None = None

    def failed(self, error: ExplainedError | None, now: datetime) -> None:
        """It has not worked; what the centre asks for, and the jitter, make the next wait."""
        self._failures += 1
        asked = error.retry_after if isinstance(error, CentreBusy) else None
        wait = wait_after(self._failures, self._random, retry_after=asked)
        self.not_before = now + min(wait, self._longest)

    def worked(self) -> None:
        """It has worked; the next failure is a first one."""
        self._failures, self.not_before = 0, None

    def allows(self, now: datetime) -> bool:
        """Whether it may be tried now."""
        return self.not_before is None or now >= self.not_before
