"""What stands in the daemon's way: an error stands until the very thing that failed works again."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from threading import Lock

from agent.errors import AgentError, CollectionError, ConfigError, OtherPemda, StorageError, VaultError
from connectors.interface import ConnectorError
from contract.errors import ContractError, ExplainedError


class Area(StrEnum):
    """What an error keeps from working, as a person would look for it."""

    CENTRE = "centre"
    DATABASE = "database"
    SNAPSHOT = "snapshot"
    AGENT = "agent"


class Health:
    """The errors that stand, by what failed; shared by the daemon's jobs."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._standing: dict[str, tuple[Area, ExplainedError, datetime]] = {}

    def failed(self, what: str, error: ExplainedError, now: datetime, *, area: Area | None = None) -> None:
        """This error stands from now on, until `what` works."""
        with self._lock:
            self._standing[what] = (area or area_of(error), error, now)

    def works(self, what: str) -> None:
        """Nothing stands in the way of `what` any more."""
        with self._lock:
            self._standing.pop(what, None)

    def worked_elsewhere(self, what: str, at: datetime | None) -> None:
        """A command of a person has done the same thing at this moment."""
        with self._lock:
            if at and what in self._standing and self._standing[what][2] < at:
                del self._standing[what]

    def standing(self, what: str) -> ExplainedError | None:
        """What stands in the way of `what`."""
        with self._lock:
            return self._standing[what][1] if what in self._standing else None

    def has(self, kind: type[ExplainedError]) -> bool:
        """Whether an error of this kind stands."""
        with self._lock:
            return any(isinstance(error, kind) for _, error, _ in self._standing.values())

    def error(self, area: Area) -> ExplainedError | None:
        """What stands in this area; what a person must act on before what may pass by itself."""
        with self._lock:
            found = [error for where, error, _ in self._standing.values() if where is area]
        return min(found, key=lambda error: error.retry_helps, default=None)


def area_of(error: ExplainedError) -> Area:
    """Where a person would look first for what this error is about."""
    if isinstance(error, ConnectorError | CollectionError):
        return Area.DATABASE
    if isinstance(error, ContractError):
        return Area.SNAPSHOT
    own = ConfigError | VaultError | StorageError | OtherPemda
    return Area.AGENT if isinstance(error, own) or type(error) is AgentError else Area.CENTRE
