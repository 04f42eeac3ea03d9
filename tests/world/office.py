"""An office whose only way out is a proxy with a password; one node in it, and the centre beyond."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme

from tests.filled import in_sqlite
from tests.sample_pemda import Budget
from tests.servers.forward_proxy import ForwardProxy
from tests.servers.server import Account
from tests.servers.squid import Squid
from tests.servers.tls_gate import TlsGate, server_side, tls_gate
from tests.world.programs import Done, Node, secret_file
from tests.world.scene import Scene, scene

HERE = "127.0.0.1"


@dataclass
class Office:
    """The scene, what stands on the way, and everything that a program of the node has said."""

    scene: Scene
    gate: TlsGate
    authority: trustme.CA
    proxy: Squid
    database: Path
    said: list[Done] = field(default_factory=list)
    _seed: int = 1

    @property
    def node(self) -> Node:
        """The agent."""
        return self.scene.node

    def tried(self, *arguments: str, typed: str = "") -> Done:
        """Run one command of `sinergi` in English, however it ends."""
        self.said.append(self.node.tried(*arguments, "--lang", "en", typed=typed))
        return self.said[-1]

    def queue(self, lines: int = 500) -> None:
        """Another budget is read and waits to be delivered."""
        self._seed += 1
        self.database.unlink()
        in_sqlite(self.database, "wp-sipd", Budget(jumlah_rincian=lines, seed=self._seed))
        self.node.run("snapshot")

    def have_something_queued(self) -> None:
        """Something waits to be delivered, from before or since now."""
        if not self.queued():
            self.queue()

    def facts(self) -> Any:
        """What `sinergi status` knows."""
        return self.tried("status", "--json").document()["facts"]

    def queued(self) -> int:
        """How many snapshots wait, as `sinergi status` says."""
        return int(self.facts()["queued"])

    def lead_through(self, proxy: ForwardProxy) -> None:
        """Let agent.toml name this proxy and its user, and the vault its password."""
        text = self.node.settings.read_text()
        text = re.sub(r'(?m)^proxy = ".*"$', f'proxy = "{proxy.url}"', text)
        if proxy.account:
            text = re.sub(r'(?m)^proxy_user = ".*"$', f'proxy_user = "{proxy.account.user}"', text)
            self.store(proxy.account.password)
        self.node.settings.write_text(text)

    def store(self, password: str) -> None:
        """Keep the proxy's password in the vault, and try it nowhere."""
        self.tried("access", "set", "--proxy", "--no-try", "--password-file", "-", typed=password + "\n")

    def shows_the_centre(self) -> None:
        """The centre answers, with a good certificate."""
        self.gate.port = self.scene.centre.port
        self.gate.show(server_side(self.authority.issue_cert(HERE)))

    def everything_written(self) -> bytes:
        """All that the node's programs have said, and every byte that they keep on the disk."""
        files = [_plain(file) for file in self.node.folder.rglob("*") if file.is_file()]
        return b"\n".join([*files, *((done.out + done.err).encode() for done in self.said)])


def _plain(file: Path) -> bytes:
    return gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()


@contextmanager
def office(folder: Path) -> Iterator[Office]:
    """A node that is mapped, all by way of the proxy, as the operator set it up."""
    authority, account = trustme.CA(), Account.made_up("petugas")
    with (
        tls_gate(server_side(authority.issue_cert(HERE))) as gate,
        Squid(account) as proxy,
        scene(folder, address=gate.url) as ours,
    ):
        gate.port = ours.centre.port
        ours.open_centre()
        ca_file = folder / "ca.pem"
        authority.cert_pem.write_to_path(ca_file)
        access = in_sqlite(folder / "keuangan.db", "wp-sipd", Budget(jumlah_rincian=500))
        with secret_file(folder, account.password) as file:
            way_out = proxy.url.replace("//", f"//{account.user}@")
            given = ("--proxy", way_out, "--proxy-password-file", str(file), "--ca-file", str(ca_file))
            ours.install_agent(access, more=given)
        ours.map()
        yield Office(ours, gate, authority, proxy, Path(access.database))
