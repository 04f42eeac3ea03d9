"""*Snapshot now* by the real programs, from the officer's command to the receipt; and nothing is lost."""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from agent.service.schedule import WIB
from tests.filled import in_sqlite
from tests.sample_pemda import Budget
from tests.world import Scene, scene
from tests.world.patience import until

pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True)
class Asking:
    """A mapped node that has delivered once and does not run, and its finance database."""

    scene: Scene
    database: Path

    def ask(self) -> None:
        """An officer asks by command."""
        one = self.scene.proposer
        node_id = self.scene.node.ask("identity", "show")["node_id"]
        self.scene.centre.run("node", "snapshot", node_id, "--as", one.username, person=one)

    def change(self) -> None:
        """Add a thousand rupiah to one rincian."""
        with closing(sqlite3.connect(self.database)) as finance, finance:
            finance.execute(
                "UPDATE data_rka SET rincian = rincian + 1000 WHERE rowid ="
                " (SELECT MAX(rowid) FROM data_rka WHERE active = 1 AND tahun_anggaran = 2026)"
            )

    def centre_knows(self, column: str) -> object:
        """One column of the last asking, as the centre has it."""
        with closing(sqlite3.connect(self.scene.centre.folder / "sikd.db")) as centre:
            query = f"SELECT {column} FROM asked_snapshots ORDER BY number DESC"  # noqa: S608
            found = centre.execute(query).fetchone()
        return found[0] if found else None

    def open_orders(self) -> int:
        """How many orders the node keeps."""
        return int(self._of_node("SELECT COUNT(*) FROM facts WHERE name LIKE 'order_%'"))

    def read_at(self) -> str:
        """When the node has read the budget last."""
        return str(self._of_node("SELECT value FROM facts WHERE name = 'last_reading'"))

    def _of_node(self, query: str) -> str:
        with closing(sqlite3.connect(self.scene.node.outbox_file.with_name("state.db"))) as state:
            return str(state.execute(query).fetchone()[0])

    def quiet_now(self, *, quiet: bool) -> None:
        """Quiet hours around the present one in agent.toml, or none."""
        settings, hour = self.scene.node.settings, datetime.now(WIB).hour
        kept = settings.read_text().partition("\n[schedule]")[0]
        hours = f'\n[schedule]\nquiet_hours = "{(hour - 2) % 24:02}:00-{(hour + 2) % 24:02}:00"\n'
        settings.write_text(kept + (hours if quiet else ""))


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    folder = tmp_path_factory.mktemp("pemda")
    database = folder / "sipd.db"
    with scene(folder) as ours:
        ours.open_centre()
        ours.install_agent(in_sqlite(database, "wp-sipd", Budget(tahun=2026, jumlah_rincian=500)))
        ours.map()
        ours.deliver()
        yield Asking(ours, database)


def test_what_an_officer_asks_for_is_at_the_centre_soon_after(asking: Asking) -> None:
    before = asking.scene.latest()
    asking.change()
    asking.ask()

    with asking.scene.node.running() as agent:
        until(lambda: asking.centre_knows("snapshot_id") is not None, "the snapshot comes")
        until(lambda: asking.open_orders() == 0, "the order is struck out")
        agent.send_signal(signal.SIGHUP)
        until(lambda: asking.centre_knows("heard_at") is not None, "the centre knows that it was heard")

    assert asking.scene.latest() == asking.centre_knows("snapshot_id") != before


def test_an_order_that_was_heard_outlives_a_kill(asking: Asking) -> None:
    node = asking.scene.node
    asking.change()
    asking.ask()
    asking.quiet_now(quiet=True)
    with node.running() as agent:
        until(lambda: asking.open_orders() == 1, "the order is heard")
        agent.send_signal(signal.SIGHUP)
        until(lambda: asking.centre_knows("heard_at") is not None, "the centre knows that it was heard")
        agent.kill()
        agent.wait()
    assert (asking.open_orders(), asking.centre_knows("snapshot_id")) == (1, None)
    asking.quiet_now(quiet=False)

    with node.running():
        until(lambda: asking.centre_knows("snapshot_id") is not None, "the snapshot comes after all")
        until(lambda: asking.open_orders() == 0, "the order is struck out")

    assert asking.scene.latest() == asking.centre_knows("snapshot_id")


def test_an_unchanged_budget_is_read_and_not_sent_again(asking: Asking) -> None:
    before, read_before = asking.scene.latest(), asking.read_at()
    asking.ask()

    with asking.scene.node.running():
        until(lambda: asking.read_at() != read_before, "the budget is read")
        until(lambda: asking.open_orders() == 0, "the order is struck out")

    assert (asking.scene.latest(), asking.centre_knows("snapshot_id")) == (before, None)
