"""What goes over the line when a budget has changed, has not changed, and changes after it was authorised."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.filled import in_sqlite
from tests.integration.html_tables import rows_of
from tests.moved_clock import MovedClock
from tests.sample_pemda import Budget
from tests.world import Done, ProgramFailed, Scene, scene
from tests.world.watched_line import WatchedLine, watched_line

pytestmark = pytest.mark.timeout(300)
BUDGET = Budget(jumlah_rincian=1500)
MORE = 1_000_000
A_RINCIAN = """
SELECT r.id, s.kode_skpd FROM data_rka r JOIN data_sub_keg_bl s ON s.kode_sbl = r.kode_sbl
WHERE r.active = 1 AND s.active = 1 AND r.tahun_anggaran = 2026 AND s.tahun_anggaran = 2026 LIMIT 1 OFFSET 700
"""


@dataclass(frozen=True)
class Pemda:
    """A Pemda whose budget has arrived at the centre once, over a line that keeps count."""

    scene: Scene
    line: WatchedLine
    clock: MovedClock
    database: Path
    first: str
    first_calls: list[tuple[str, int]]

    def change_one_rincian(self) -> str:
        """Add a million rupiah to one rincian; returns the SKPD that it belongs to."""
        with closing(sqlite3.connect(self.database)) as database, database:
            rincian, kode_skpd = database.execute(A_RINCIAN).fetchone()
            database.execute("UPDATE data_rka SET rincian = rincian + ? WHERE id = ?", (MORE, rincian))
        return str(kode_skpd).strip(" .")

    def segments(self, snapshot_id: str) -> list[dict[str, Any]]:
        """What a manifest states of its segments, as the centre keeps it."""
        with closing(sqlite3.connect(self.scene.centre.folder / "sikd.db")) as centre:
            query = "SELECT envelope FROM snapshots WHERE snapshot_id = ?"
            [envelope] = centre.execute(query, (snapshot_id,)).fetchone()
        manifest: dict[str, Any] = json.loads(base64.b64decode(json.loads(envelope)["payload"]))
        return list(manifest["segments"])

    def in_force(self) -> dict[str, str]:
        """The posture of the APBD in force, as an officer of DJPK sees it."""
        page = self.scene.page(f"/pemda/{self.scene.kode_pemda}/berlaku/{BUDGET.tahun}")
        return {row[0]: row[1] for row in rows_of(page) if len(row) == 2}

    def page(self) -> str:
        """The Pemda's own page."""
        return self.scene.page(f"/pemda/{self.scene.kode_pemda}")

    def night(self) -> Done:
        """A day goes by, and with it the hour in which the agent reads."""
        self.clock.move(timedelta(days=1))
        return self.scene.node.tried("run", "--once")


@pytest.fixture(scope="module")
def pemda(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pemda]:
    folder = tmp_path_factory.mktemp("pemda")
    clock = MovedClock(folder / "clock")
    with watched_line() as line, scene(folder, address=line.address, clock=clock) as ours:
        line.port = ours.centre.port
        ours.open_centre()
        database = folder / "sipd.db"
        ours.install_agent(in_sqlite(database, "wp-sipd", BUDGET))
        ours.map()
        yield Pemda(ours, line, clock, database, ours.deliver(), line.deliveries())


@pytest.fixture
def arrived(pemda: Pemda) -> str:
    """The snapshot of the budget as it stands in the database now; it is at the centre."""
    snapshot_id = pemda.scene.deliver()
    pemda.line.deliveries()
    return snapshot_id


@pytest.fixture
def authorised(pemda: Pemda, arrived: str) -> str:
    """The same, verified and authorised."""
    offered = pemda.scene.page(pemda.scene.address_of(arrived), pemda.scene.verifier)
    if "/usulan" in offered:
        pemda.scene.open_replacement(arrived)
    if "/usulan" in offered or "/verifikasi" in offered:
        pemda.scene.verify(arrived)
        pemda.scene.authorise(arrived)
    return arrived


def test_the_first_time_every_segment_travels_once(pemda: Pemda) -> None:
    sizes = [entry["frame_bytes"] for entry in pemda.segments(pemda.first)]

    assert [size for method, size in pemda.first_calls if method == "POST"] == [sum(sizes)]


def test_one_changed_rincian_sends_the_segment_of_its_skpd_alone(pemda: Pemda, arrived: str) -> None:
    kode_skpd = pemda.change_one_rincian()

    changed = pemda.scene.deliver()

    known = {entry["sha256"] for entry in pemda.segments(arrived)}
    [segment] = [entry for entry in pemda.segments(changed) if entry["sha256"] not in known]
    sent = [size for method, size in pemda.line.deliveries() if method == "POST"]
    assert (segment["kode_skpd"], sent) == (kode_skpd, [segment["frame_bytes"]])


def test_nothing_is_made_or_sent_when_nothing_has_changed(pemda: Pemda, arrived: str) -> None:
    said = pemda.scene.node.run("snapshot")
    pushed = pemda.scene.node.run("push")

    assert said.startswith("Tidak berubah:")
    assert pushed == "Tidak ada yang menunggu untuk disampaikan.\n"
    assert pemda.scene.latest() == arrived
    assert pemda.line.deliveries() == []


def test_a_budget_that_was_changed_back_needs_no_segment_at_all(pemda: Pemda, arrived: str) -> None:
    kept = pemda.database.read_bytes()
    pemda.change_one_rincian()
    pemda.scene.deliver()
    pemda.database.write_bytes(kept)
    pemda.line.deliveries()

    again = pemda.scene.deliver()

    assert again != arrived
    assert pemda.segments(again) == pemda.segments(arrived)
    assert "POST" not in {method for method, _ in pemda.line.deliveries()}


def test_a_night_without_a_change_leaves_the_authorised_budget_as_it_is(
    pemda: Pemda, authorised: str
) -> None:
    before = pemda.in_force()

    night = pemda.night()

    assert night.code == 0
    assert "snapshot unchanged" in night.err
    assert pemda.scene.latest() == authorised
    assert pemda.in_force() == before
    assert "Usulan pengganti" not in pemda.page()


def test_a_change_over_night_waits_until_a_person_of_the_pemda_opens_it(
    pemda: Pemda, authorised: str
) -> None:
    before = pemda.in_force()
    pemda.change_one_rincian()

    night = pemda.night()

    proposal = pemda.scene.latest()
    assert (night.code, proposal != authorised) == (0, True)
    assert "Usulan pengganti" in pemda.page()
    assert pemda.in_force() == before
    with pytest.raises(ProgramFailed, match="has no form /verifikasi"):
        pemda.scene.verify(proposal)


def test_a_replacement_is_in_force_once_two_people_have_said_so(pemda: Pemda, authorised: str) -> None:
    before = pemda.in_force()
    pemda.change_one_rincian()
    pemda.night()
    proposal = pemda.scene.latest()

    pemda.scene.open_replacement(proposal)
    pemda.scene.verify(proposal)
    still = pemda.in_force()
    pemda.scene.authorise(proposal)

    assert still == before
    assert pemda.in_force()["Belanja"] == raised(before["Belanja"])
    assert pemda.in_force()["Pendapatan"] == before["Pendapatan"]


def raised(amount: str) -> str:
    return f"Rp{int(amount.removeprefix('Rp').replace('.', '')) + MORE:,}".replace(",", ".")
