"""A Pemda whose mapped node is served by the real centre, with everything around it in the test's hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from connectors.interface import Access
from tests.filled import in_sqlite
from tests.moved_clock import MovedClock
from tests.sample_pemda import Budget
from tests.world import Node, Scene, scene
from tests.world.thin_line import ThinLine

SMALL = Budget(tahun=2026, jumlah_rincian=500)


@dataclass(frozen=True)
class ServedPemda:
    """The scene, the finance database (SQLite), and the clocks of both ends."""

    scene: Scene
    database: Path
    centre_clock: MovedClock
    clock: MovedClock
    """The node's."""

    @property
    def node(self) -> Node:
        """Its node."""
        return self.scene.node

    @property
    def state(self) -> Path:
        """The folder of the node's state."""
        return self.node.outbox_file.parent

    def pass_by(self, span: timedelta) -> None:
        """Let this much time pass for everybody."""
        self.centre_clock.move(span)
        self.clock.move(span)

    def change(self) -> None:
        """Add a thousand rupiah to one rincian and let a day pass: the budget is due again."""
        one = "SELECT min(rowid) FROM data_rka WHERE active = 1 AND tahun_anggaran = 2026"
        with closing(sqlite3.connect(self.database)) as finance, finance:
            finance.execute(f"UPDATE data_rka SET rincian = rincian + 1000 WHERE rowid = ({one})")  # noqa: S608
        self.pass_by(timedelta(days=1))

    @contextmanager
    def without_database(self) -> Iterator[None]:
        """The finance database is away until the block ends."""
        elsewhere = self.database.rename(self.database.with_suffix(".away"))
        try:
            yield
        finally:
            elsewhere.rename(self.database)

    def at_the_centre(self) -> list[str]:
        """Every snapshot that has arrived whole at the centre."""
        with closing(sqlite3.connect(self.scene.centre.folder / "sikd.db")) as centre:
            rows = centre.execute("SELECT snapshot_id FROM snapshots WHERE last_receipt IS NOT NULL")
            return [snapshot_id for (snapshot_id,) in rows]

    def begun_at_the_centre(self) -> int:
        """How many snapshots the centre has heard of, whether they have arrived or not."""
        with closing(sqlite3.connect(self.scene.centre.folder / "sikd.db")) as centre:
            [(count,)] = centre.execute("SELECT COUNT(*) FROM snapshots").fetchall()
        return int(count)

    def outbox(self, query: str, *values: object) -> list[Any]:
        """What SQLite says of the node's outbox, or does to it."""
        with closing(sqlite3.connect(self.node.outbox_file)) as outbox, outbox:
            return outbox.execute(query, values).fetchall()

    def waiting(self) -> list[str]:
        """The states of the snapshots that are on their way."""
        return [state for (state,) in self.outbox("SELECT state FROM unfinished")]


@contextmanager
def served_pemda(
    folder: Path, *, access: Access | None = None, line: ThinLine | None = None
) -> Iterator[ServedPemda]:
    """A mapped node that has never run; its folders may be disks already. The centre ends with the block."""
    database = folder / "sipd.db"
    clocks = MovedClock(folder / "centre-clock"), MovedClock(folder / "clock")
    with scene(folder, address=line.address if line else "", clock=clocks[0]) as ours:
        if line:
            line.port = ours.centre.port
        ours.node.clock = clocks[1]
        ours.open_centre()
        ours.install_agent(access or in_sqlite(database, "wp-sipd", SMALL))
        ours.map()
        yield ServedPemda(ours, database, *clocks)
