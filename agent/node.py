"""One node with all its parts opened: settings, vault, keys, memory and outbox.

The daemon and every command open a node the same way; whoever opens it passes the clock in.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Self

from agent.access.book import Entry
from agent.access.in_use import access_of, entered_access, may_use, probe, sign_in, source_of
from agent.access.target import Resolve, addresses_of
from agent.adk import ReadAgain, adk_of, chosen, take_receipt
from agent.child import run_in_child
from agent.collect import Collected, OpenSource, collect_from
from agent.config import load, required_apbd
from agent.deliver import Pushed
from agent.host import Host, this_host
from agent.invitation import forget, waiting_ticket
from agent.keys import NodeKeys, load_keys
from agent.paths import Paths, locate
from agent.push import push
from agent.settings import Config
from agent.snapshot import COLLECT_TIMEOUT, SnapshotOutcome, preview, take_snapshot
from agent.storage.outbox import Outbox
from agent.storage.staging import staging
from agent.storage.state import State
from agent.storage.vault import PROXY_PASSWORD, Vault, open_vault
from connectors.interface import ProbeStep

if TYPE_CHECKING:
    import httpx

    from agent.line.centre import CentreClient
    from contract.wire.adk import Adk
    from contract.wire.messages import CheckinAnswer
    from contract.wire.receipt import Receipt

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Node:
    """Everything of this node, and each of its steps as the daemon and the commands call it; close it."""

    paths: Paths
    config: Config
    vault: Vault
    keys: NodeKeys
    state: State
    outbox: Outbox
    host: Host
    clock: Clock
    transport: httpx.BaseTransport | None = field(default=None, kw_only=True)
    """What carries requests to the centre; None for the network."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files."""
        self.state.close()
        self.outbox.close()

    def has_other_keys(self) -> bool:
        """Whether a command has given this node other keys since it was opened."""
        return load_keys(self.vault).node_id != self.keys.node_id

    def files_were_replaced(self) -> bool:
        """Whether other files lie now where those that are open were: restored, or on another disk."""
        return self.state.was_replaced() or self.outbox.was_replaced()

    def centre(self) -> CentreClient:
        """A line to the centre; close it. Raises ConfigError where no centre is configured."""
        from agent.line.centre import CentreClient

        return CentreClient(
            self.config,
            self.keys,
            self.state,
            host=self.host,
            clock=self.clock,
            random_bytes=os.urandom,
            proxy_password=self.vault.get(PROXY_PASSWORD),
            transport=self.transport,
        )

    def register(self, centre: CentreClient) -> CheckinAnswer:
        """Make this node known, with the install ticket where one waits; an answer ends its waiting."""
        ticket = waiting_ticket(self.vault)
        answer = centre.register(ticket)
        if ticket is not None:
            forget(self.vault)
        return answer

    def source(self) -> OpenSource:
        """What opens the finance database in a child process; raises ConfigError or PasswordMissing."""
        return source_of(access_of(self.config, self.vault))

    def sign_in(self) -> None:
        """See whether the finance database lets this node in; raises an ExplainedError."""
        sign_in(access_of(self.config, self.vault))

    def probe(self) -> Sequence[ProbeStep]:
        """Try the finance database step by step; raises an ExplainedError where it cannot even be tried."""
        return probe(self.source(), required_apbd(self.config).tahun)

    def probe_entry(self, entry: Entry) -> Sequence[ProbeStep]:
        """Try an access that came from the centre, once its target is approved; raises an ExplainedError."""
        access = entered_access(entry, self.config, self.vault)
        return probe(source_of(access), required_apbd(self.config).tahun)

    def may_use(self, entry: Entry, resolve: Resolve = addresses_of) -> bool:
        """Whether a connection may be opened for an access that came from the centre."""
        return may_use(entry, self.config, self.vault, resolve)

    def snapshot(self) -> SnapshotOutcome:
        """Read the budget and queue it where it is new; raises an ExplainedError."""
        now = self.clock()
        outcome = take_snapshot(
            self.config,
            self.keys,
            self.state,
            self.outbox,
            self.source(),
            staging_dir=self.paths.staging_dir,
            agent_version=self.host.version,
            # What DJPK reads is in true time, also where the clock of this server is off.
            now=now + self.state.clock_offset(),
        )
        self.state.keep_reading(now)
        return outcome

    def preview(self) -> Collected:
        """Read the budget as a snapshot would and keep nothing; raises an ExplainedError."""
        tahun = required_apbd(self.config).tahun
        return preview(self.source(), tahun, staging_dir=self.paths.staging_dir, now=self.clock())

    def push(self, centre: CentreClient) -> list[Pushed]:
        """Deliver everything that waits; raises an ExplainedError. Called again, it goes on from there."""
        return push(self.outbox, centre, self.state, self.keys, now=self.clock())

    @contextmanager
    def adk(self, snapshot_id: str = "") -> Iterator[Adk]:
        """The ADK file of the newest snapshot, or of the one whose id begins so; raises an ExplainedError."""
        snapshot = chosen(self.outbox, required_apbd(self.config).tahun, snapshot_id)
        with adk_of(snapshot, self.outbox, self.keys, lambda: self._read_again(snapshot.tahun)) as file:
            yield file

    def take_receipt(self, data: bytes) -> Receipt:
        """Keep a receipt that was carried here; raises an ExplainedError where it is none of this node's."""
        return take_receipt(data, self.outbox, self.state, self.keys, self.clock())

    @contextmanager
    def _read_again(self, tahun: int) -> Iterator[ReadAgain]:
        with staging(self.paths.staging_dir) as area:
            arguments = (self.source(), tahun, area.folder, self.clock())
            yield ReadAgain(run_in_child(collect_from, COLLECT_TIMEOUT, *arguments), area)


def open_node(environment: Mapping[str, str], clock: Clock) -> Node:
    """The node of these places; raises ConfigError, VaultError, NotInitialised or StorageError."""
    paths = locate(environment)
    config = load(paths.config_file)
    vault = open_vault(paths, environment)
    keys = load_keys(vault)
    return Node(
        paths, config, vault, keys, State(paths.state_file), Outbox(paths.outbox_file), this_host(), clock
    )
