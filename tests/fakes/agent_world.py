"""One node with everything it keeps, in a folder of its own, on a line to some centre."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from agent.child import run_in_child
from agent.config import load
from agent.deliver import Pushed
from agent.host import Host
from agent.keys import NodeKeys, make_keys
from agent.line.centre import CentreClient
from agent.node import Node
from agent.paths import Paths
from agent.push import push
from agent.settings import Config
from agent.snapshot import SnapshotOutcome, take_snapshot
from agent.storage.outbox import Outbox
from agent.storage.state import State
from agent.storage.vault import open_vault
from connectors.interface import Connector
from contract.wire.messages import CheckinAnswer
from tests.fakes.centre import FakeCentre
from tests.fakes.clock import FakeClock
from tests.fakes.line import FaultyLine

KODE_PEMDA = "11.10"
TAHUN = 2026
HOST = Host("db-keuangan-01", "m" * 32, "0.1.0")
SETTINGS = """
[centre]
url = "{url}"
key = "{key}"

[apbd]
tahun = {tahun}
nomor_perda = "12"
tanggal_perda = 2025-12-22
"""


@dataclass
class AgentWorld:
    """A node as it stands after `sinergi init`; close it."""

    folder: Path
    url: str
    centre_key: str
    clock: FakeClock = field(default_factory=FakeClock)
    transport: httpx.BaseTransport | None = None
    run: Callable[..., Any] = run_in_child
    """What does the collecting."""
    host: Host = HOST

    def __post_init__(self) -> None:
        self.paths = Paths(self.folder / "agent.toml", self.folder, self.folder)
        self.paths.config_file.write_text(SETTINGS.format(url=self.url, key=self.centre_key, tahun=TAHUN))
        self.open()

    def open(self) -> None:
        """Open what lies in the folder, as a start of the program does."""
        self.config: Config = load(self.paths.config_file)
        self.vault = open_vault(self.paths, {})
        self.keys: NodeKeys = make_keys(self.vault)
        self.state = State(self.paths.state_file)
        self.outbox = Outbox(self.paths.outbox_file)
        self.client = self.line()

    def close(self) -> None:
        """Let go of the files."""
        self.client.close()
        self.state.close()
        self.outbox.close()

    def restart(self) -> None:
        """End and start the program."""
        self.close()
        self.open()

    def line(self) -> CentreClient:
        """A line to the centre."""
        return CentreClient(
            self.config,
            self.keys,
            self.state,
            host=self.host,
            clock=self.clock,
            random_bytes=os.urandom,
            transport=self.transport,
        )

    def copied(self, folder: Path, host: Host) -> AgentWorld:
        """The whole folder of this node on another machine, both running; close it."""
        self.close()
        shutil.copytree(self.folder, folder)
        self.open()
        return replace(self, folder=folder, host=host)

    @contextmanager
    def restored_afterwards(self, backup: Path) -> Iterator[None]:
        """What happens in the block is forgotten by this node, as after a restore of its folder."""
        self.close()
        shutil.copytree(self.folder, backup)
        self.open()
        yield
        self.close()
        shutil.rmtree(self.folder)
        shutil.copytree(backup, self.folder)
        self.open()

    @property
    def node(self) -> Node:
        """Its parts as the commands and the daemon hold them."""
        return Node(
            self.paths,
            self.config,
            self.vault,
            self.keys,
            self.state,
            self.outbox,
            self.host,
            self.clock,
            transport=self.transport,
        )

    def checkin(self) -> CheckinAnswer:
        """Give a sign of life."""
        return self.client.checkin(database="mysql 10.11", queued=self.outbox.waiting())

    def snapshot(self, open_source: Callable[[], Connector]) -> SnapshotOutcome:
        """Take a snapshot of a source; a minute goes by."""
        self.clock.pass_by(timedelta(minutes=1))
        return take_snapshot(
            self.config,
            self.keys,
            self.state,
            self.outbox,
            open_source,
            staging_dir=self.paths.staging_dir,
            agent_version=self.host.version,
            now=self.clock(),
            run=self.run,
        )

    def push(self) -> list[Pushed]:
        """Deliver what waits; a minute goes by."""
        self.clock.pass_by(timedelta(minutes=1))
        return push(self.outbox, self.client, self.state, self.keys, now=self.clock())


def here(work: Callable[..., Any], timeout: timedelta, *arguments: Any) -> Any:
    """Do the work of a child in this process: quicker, where killing is not what is tested."""
    return work(*arguments)


@dataclass
class FakeWorld:
    """A node, a fake centre, and the faulty line between them."""

    node: AgentWorld
    centre: FakeCentre
    line: FaultyLine

    @property
    def clock(self) -> FakeClock:
        """The one clock of both."""
        return self.node.clock


def fake_world(folder: Path, *, mapped: bool = True) -> FakeWorld:
    """A node that is enrolled at a fake centre, and mapped unless said otherwise."""
    clock = FakeClock()
    centre = FakeCentre(clock)
    line = FaultyLine(centre.handle)
    node = AgentWorld(folder, centre.public_url, centre.key_id, clock, line, here)
    node.client.register()
    if mapped:
        centre.map(node.keys.node_id, KODE_PEMDA)
        node.checkin()
    centre.requests.clear()
    return FakeWorld(node, centre, line)
