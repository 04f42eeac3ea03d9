"""One Pemda with its node and the centre, and the acts that bring a budget from one to the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from connectors.interface import Access
from tests.moved_clock import MovedClock
from tests.world.programs import Centre, Node, Person, secret_file
from tests.world.visitor import Visitor

JEPARA = "11.10"
TAHUN = 2026


@dataclass(frozen=True)
class Scene:
    """The centre, one node, and four people."""

    centre: Centre
    node: Node
    kode_pemda: str
    proposer: Person
    approver: Person
    verifier: Person
    authoriser: Person

    @property
    def people(self) -> tuple[Person, ...]:
        """Everyone with an account."""
        return self.proposer, self.approver, self.verifier, self.authoriser

    def open_centre(self) -> None:
        """Make the centre's database, its key and the accounts, and let it serve."""
        self.centre.run("migrate")
        for person in self.people:
            self.centre.add(person)
        self.centre.start()

    def install_agent(self, access: Access, tahun: int = TAHUN, *, more: Sequence[str] = ()) -> None:
        """Set the node up for a finance database; it knows the centre's address, and what `more` says."""
        with secret_file(self.node.folder, access.password) as file:
            password = ["--password-file", str(file)] if access.password else []
            self.node.run("init", "--yes", *_settings(self, access, tahun), *password, *more)

    def map(self) -> None:
        """The node enrols and is mapped by two officers, who compare the code that it reads out."""
        enrolled = self.node.ask("enrol", "--yes")
        node_id, code = enrolled["node_id"], enrolled["match_code"]
        pemda, one, other = self.kode_pemda, self.proposer, self.approver
        self.centre.run("node", "propose", node_id, pemda, "--as", one.username, person=one)
        approved = ("approve", node_id, pemda, "--code", code)
        self.centre.run("node", *approved, "--as", other.username, person=other)
        self.node.run("enrol", "--yes")

    def deliver(self) -> str:
        """Take a snapshot and push it; returns its id."""
        self.node.run("snapshot")
        self.node.run("push")
        return self.latest()

    def latest(self) -> str:
        """The snapshot that the node's newest receipt is about."""
        newest: str = self.node.ask("receipt", "show")["receipts"][0]["snapshot_id"]
        return newest

    def verify(self, snapshot_id: str) -> None:
        """A person of the Pemda verifies a snapshot on its page."""
        self._submit(self.verifier, snapshot_id, "verifikasi", stated="yes")

    def authorise(self, snapshot_id: str) -> None:
        """Another person of the Pemda authorises it."""
        self._submit(self.authoriser, snapshot_id, "otorisasi", stated="yes")

    def open_replacement(self, snapshot_id: str) -> None:
        """A person of the Pemda opens a replacement that was proposed."""
        self._submit(self.verifier, snapshot_id, "usulan")

    def page(self, address: str, person: Person | None = None) -> str:
        """A page as somebody sees it; an officer of DJPK unless said otherwise."""
        with Visitor(self.centre.address, person or self.proposer) as visitor:
            return visitor.open(address)

    def address_of(self, snapshot_id: str) -> str:
        """The address of a snapshot's page."""
        return f"/pemda/{self.kode_pemda}/apbd/{snapshot_id}"

    def _submit(self, person: Person, snapshot_id: str, form: str, **fields: str) -> None:
        with Visitor(self.centre.address, person) as visitor:
            visitor.submit(self.address_of(snapshot_id), f"/{form}", **fields)


@contextmanager
def scene(
    folder: Path,
    *,
    kode_pemda: str = JEPARA,
    database_url: str = "",
    address: str = "",
    clock: MovedClock | None = None,
) -> Iterator[Scene]:
    """Everything in place and nothing done yet, in an empty folder; the centre ends with the block."""
    centre = Centre(folder / "centre", database_url, clock, address)
    node = Node(folder / "node", clock)
    centre.folder.mkdir()
    node.folder.mkdir(exist_ok=True)  # its disk may be mounted there already
    try:
        yield Scene(
            centre,
            node,
            kode_pemda,
            proposer=Person("petugas-1", "petugas"),
            approver=Person("penyetuju-1", "penyetuju"),
            verifier=Person("verifikator-1", "verifikator", kode_pemda),
            authoriser=Person("otorisator-1", "otorisator", kode_pemda),
        )
    finally:
        centre.stop()


def _settings(of: Scene, access: Access, tahun: int) -> list[str]:
    folder = of.node.folder
    given = {
        "centre-url": of.centre.address,
        "tahun": str(tahun),
        "nomor-perda": "CONTOH-1",
        "tanggal-perda": f"{tahun - 1}-12-30",
        "application": access.application,
        "engine": access.engine,
        "host": access.host,
        "port": str(access.port or ""),
        "database": access.database,
        "user": access.user,
        "tls": access.tls,
        "state-dir": str(folder / "state"),
        "run-dir": str(folder / "run"),
    }
    options = [f"--option={name}={value}" for name, value in access.options.items()]
    return [f"--{name}={value}" for name, value in given.items() if value] + options
