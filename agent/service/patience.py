"""When what has failed may be tried again: later each time it fails in a row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from agent.errors import CentreBusy, CentreUnreachable, StorageUnwritable
from agent.service.backoff import wait_after
from contract.errors import ExplainedError

_AT_HOME = timedelta(minutes=5)
"""The longest wait for this node's own disk: to try again strains nobody else."""


class Patience:
    """How often something has failed in a row, and when it may be tried again."""

    def __init__(self, random: Callable[[], float], longest: timedelta = timedelta.max) -> None:
        self._random, self._longest, self._failures = random, longest, 0
        self.not_before: datetime | None = None
        self._failed_at = datetime.min.replace(tzinfo=UTC)

    def failed(self, error: ExplainedError | None, now: datetime) -> None:
        """It has not worked; what the centre asks for, and the jitter, make the next wait."""
        self._failed_at = now
        self._failures += 1
        wait = wait_after(self._failures, self._random, retry_after=_asked(error))
        longest = _AT_HOME if isinstance(error, StorageUnwritable) else self._longest
        self.not_before = now + min(wait, longest)

    def heard(self, error: ExplainedError, now: datetime) -> None:
        """It has not worked, and goes on at its own pace unless the centre asks for another."""
        self._failed_at = now
        asked = _asked(error)
        self.not_before = now + wait_after(1, self._random, retry_after=asked) if asked else None

    def worked(self) -> None:
        """It has worked; the next failure is a first one."""
        self._failures, self.not_before = 0, None

    def allows(self, now: datetime) -> bool:
        """Whether it may be tried now; a clock that was set back since the failure makes nobody wait."""
        return self.not_before is None or not self._failed_at <= now < self.not_before


def _asked(error: ExplainedError | None) -> timedelta | None:
    return error.retry_after if isinstance(error, CentreBusy | CentreUnreachable) else None
