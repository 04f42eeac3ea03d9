"""A Pemda whose server is a machine in QEMU; the centre is outside, and keeps its power."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.system.officers import map_node, ticket
from tests.system.qemu.machine import Machine
from tests.world.programs import WAITING
from tests.world.scene import TAHUN, Scene

DATABASE = "/srv/contoh/sipd.db"
_OUTBOX = """
import json, sqlite3, sys
outbox = sqlite3.connect("file:/var/lib/sinergi/outbox.db?mode=ro", uri=True)
print(json.dumps(outbox.execute(sys.argv[1]).fetchall()))
"""


@dataclass(frozen=True)
class Pemda:
    """The machine, and the agent on it."""

    machine: Machine

    def set_up(self, ours: Scene) -> None:
        """From the ticket to the mapping, by commands; the service is not started."""
        run = self.machine.run
        self.read_next("a.db")
        run("sh", "-c", "cat >/root/tiket.txt", typed=ticket(ours))
        run(
            "sinergi", "init", "--yes", "--ticket-file", "/root/tiket.txt", "--tahun", str(TAHUN),
            "--application", "wp-sipd", "--engine", "sqlite", "--database", DATABASE,
        )  # fmt: skip
        map_node(ours, json.loads(run("sinergi", "enrol", "--yes", "--json", fine=(WAITING,))))
        run("sinergi", "enrol", "--yes")

    def read_next(self, budget: str) -> None:
        """Put another of the budgets that lie there in the place of the finance database."""
        self.machine.run("ln", "-sfn", budget, DATABASE)

    def outbox(self, query: str) -> list[list[Any]]:
        """What a query finds in the outbox, as the service's user may look into it."""
        as_service = ("runuser", "-u", "sinergi", "--", "/opt/sinergi/current/bin/python3", "-I", "-c")
        rows: list[list[Any]] = json.loads(self.machine.run(*as_service, _OUTBOX, query))
        return rows

    def is_healthy(self) -> bool:
        """Whether `sinergi status` finds nothing to say."""
        return self.machine.tried("sinergi", "status").code == 0

    def has_delivered(self) -> bool:
        """Whether the centre has the newest snapshot, and nothing else waits."""
        facts = json.loads(self.machine.run("cat", "/run/sinergi/status.json"))
        newest = facts["snapshot"]
        return facts["queued"] == 0 and newest is not None and newest["state"] == "done"


@contextmanager
def booted(image: Path, folder: Path, centre_port: int) -> Iterator[Pemda]:
    """A Pemda's server that has just been switched on; its power goes with the block."""
    machine = Machine(image, folder, centre_port=centre_port)
    try:
        machine.boot()
        yield Pemda(machine)
    finally:
        machine.cut_power()
