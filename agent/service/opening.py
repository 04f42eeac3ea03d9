"""Opening a node for a running agent: alone, mended where its outbox is damaged, and patiently.

A service waits where a command would give up: a full disk is no reason to end. What keeps it waiting is told
like any other trouble, and it goes on by itself as soon as the cause is gone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from datetime import datetime
from typing import TextIO

from agent.errors import StorageDamaged, StorageUnwritable
from agent.journal import note
from agent.node import Node, open_node
from agent.paths import locate
from agent.service.facts import facts_of_failure
from agent.service.health import Health
from agent.service.listening import Bell, Heard
from agent.service.notify import Notifier
from agent.service.telling import Teller
from agent.storage.alone import AlreadyRunning, still_alone
from agent.storage.disk import refusal_of
from agent.storage.renewal import begin_anew, is_damaged
from agent.storage.state import State
from contract.errors import ExplainedError

LOOK_AGAIN_SECONDS = 3.0


class Opening:
    """Opens the node of one agent, the first time and again; `bell` is None for one that does not wait."""

    def __init__(
        self,
        environment: Mapping[str, str],
        clock: Callable[[], datetime],
        *,
        teller: Teller,
        health: Health,
        bell: Bell | None,
    ) -> None:
        self._environment, self._clock = environment, clock
        self._paths = locate(environment)
        self._teller, self._health, self._bell = teller, health, bell
        self._lock: TextIO | None = None
        self._said, self._refused = "", False

    def open(self, notifier: Notifier) -> Node:
        """The node; leaves word in status.json where it cannot be opened, and waits or raises why.

        Raises SystemExit where the service is stopped while it waits.
        """
        while True:
            try:
                return self._open_once()
            except AlreadyRunning:
                raise  # the other one tells how it is
            except ExplainedError as error:
                waits = self._bell is not None and isinstance(error, StorageDamaged | StorageUnwritable)
                self._leave_word(error, waits=waits)
                if self._bell is None or not waits:
                    raise
            # It does what it can: systemd must neither wait for it nor take it for dead.
            notifier.ready()
            notifier.alive()
            if self._bell.wait(LOOK_AGAIN_SECONDS) is Heard.STOP:
                raise SystemExit(0)

    def again(self) -> Node:
        """The node as settings and files are now; raises an ExplainedError."""
        node = open_node(self._environment, self._clock)
        self._stay_alone()
        return node

    def mend(self) -> bool:
        """Begin a damaged outbox anew, and say so until the budget was read again; False where it is sound.

        Raises an ExplainedError where that cannot be done yet.
        """
        with closing(State(self._paths.state_file)) as state:
            if not is_damaged(self._paths.outbox_file):
                return False
            anew = begin_anew(self._paths, state, self._clock())
        self._health.failed("outbox", anew, self._clock())
        return True

    def disk_is_back(self) -> bool:
        """Whether the disk takes again what it has refused, since this was asked last."""
        before, self._refused = self._refused, False
        if self._health.has(StorageUnwritable):
            self._refused = refusal_of(self._paths.state_dir) is not None
        half_done = isinstance(self._health.standing("reload"), StorageUnwritable)
        return (before or half_done) and not self._refused

    def _open_once(self) -> Node:
        try:
            return self.again()
        except (StorageDamaged, StorageUnwritable) as error:
            # Alone also where it can only mend or wait: a second one would tell other things beside it.
            self._stay_alone()
            if isinstance(error, StorageUnwritable) or not self.mend():
                raise
        return self.again()

    def _stay_alone(self) -> None:
        self._lock = still_alone(self._lock, self._paths.state_dir)

    def _leave_word(self, error: ExplainedError, *, waits: bool) -> None:
        if str(error) != self._said:
            note("agent cannot begin", error=error.slug, waits=waits)
        self._said = str(error)
        # Without settings nobody knows where this node's status lies; the default may be another's.
        if os.access(self._paths.config_file, os.R_OK):
            told = facts_of_failure(error, self._clock(), running=waits, before=self._teller.last())
            with suppress(ExplainedError):
                self._teller.write(told)
