"""The main job on real databases: 100,000 rincian in MariaDB, the centre on PostgreSQL, both as processes."""

from __future__ import annotations

import base64
import csv
import json
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from contract.budget.line import Line
from tests.filled import in_server
from tests.integration.auditor import audit
from tests.integration.html_tables import rows_of
from tests.sample_pemda import Budget
from tests.servers.mariadb import MariaDb
from tests.servers.postgresql import Postgresql
from tests.world import Scene, scene

pytestmark = pytest.mark.timeout(600)
RINCIAN = 100_000
POSTURES = Path(__file__).parents[2] / "sikd/reference/data/posture_2023.csv"
LABELS = {
    "pendapatan": "Pendapatan",
    "belanja": "Belanja",
    "penerimaan_pembiayaan": "Penerimaan pembiayaan",
    "pengeluaran_pembiayaan": "Pengeluaran pembiayaan",
}
LINES_OF_A_SNAPSHOT = """
SELECT l.* FROM lines l JOIN snapshot_parts p
ON p.kode_pemda = l.kode_pemda AND p.tahun_anggaran = l.tahun_anggaran AND p.sha256 = l.segment
WHERE p.snapshot_id = %s
"""
FRAMES_OF_A_SNAPSHOT = """
SELECT p.frame_sha256, s.frame FROM segments s JOIN snapshot_parts p
ON p.kode_pemda = s.kode_pemda AND p.tahun_anggaran = s.tahun_anggaran AND p.sha256 = s.sha256
WHERE p.snapshot_id = %s
"""
SUMS = f"""
SELECT sum(nilai_sen) FILTER (WHERE kode_rekening LIKE '4.%%'),
       sum(nilai_sen) FILTER (WHERE kode_rekening LIKE '5.%%'),
       sum(nilai_sen) FILTER (WHERE kode_rekening LIKE '6.1.%%'),
       sum(nilai_sen) FILTER (WHERE kode_rekening LIKE '6.2.%%')
FROM ({LINES_OF_A_SNAPSHOT}) lines
"""  # noqa: S608 - nothing from outside is in it


@dataclass(frozen=True)
class Job:
    """The main job when it is done, and what the node held before it delivered."""

    scene: Scene
    budget: Budget
    snapshot_id: str
    centre_url: str
    outbox: Path


@pytest.fixture(scope="module")
def job(mariadb_server: MariaDb, postgresql_server: Postgresql) -> Iterator[Job]:
    budget = Budget(jumlah_rincian=RINCIAN)
    access = in_server(mariadb_server, "wp-sipd", budget)
    centre_url = postgresql_server.url(postgresql_server.create_database())
    with (
        tempfile.TemporaryDirectory(prefix="sinergi-job-") as folder,
        scene(Path(folder), database_url=centre_url) as ours,
    ):
        ours.open_centre()
        ours.install_agent(access)
        ours.map()
        ours.node.run("snapshot")
        outbox = Path(folder) / "outbox-before-push.db"
        shutil.copy(ours.node.outbox_file, outbox)
        ours.node.run("push")
        snapshot_id = ours.latest()
        ours.verify(snapshot_id)
        ours.authorise(snapshot_id)
        yield Job(ours, budget, snapshot_id, centre_url, outbox)


@pytest.fixture(scope="module")
def posture() -> dict[str, int]:
    """Jepara's real posture of 2023 in rupiah, from the published table itself."""
    with POSTURES.open() as table:
        row = next(row for row in csv.DictReader(table) if row["kode_pemda"] == "11.10")
    return {section: int(row[section]) for section in LABELS}


def at_the_centre(job: Job, query: str) -> list[tuple[Any, ...]]:
    url = job.centre_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url) as connection:
        return connection.execute(query, [job.snapshot_id]).fetchall()


def written(rupiah: int) -> str:
    return f"Rp{rupiah:,}".replace(",", ".")


def sen_of(cell: str) -> int:
    """An amount on a page in sen; a dash is nothing."""
    rupiah, _, sen = cell.replace("–", "Rp0").removeprefix("Rp").replace(".", "").partition(",")
    return int(rupiah) * 100 + int(sen or 0)


def test_the_centres_database_adds_up_to_the_real_posture(job: Job, posture: dict[str, int]) -> None:
    [sums] = at_the_centre(job, SUMS)

    assert list(sums) == [rupiah * 100 for rupiah in posture.values()]


def test_every_line_at_the_centre_is_a_line_of_the_budget(job: Job) -> None:
    columns = ", ".join(f"l.{field}" for field in (*Line._fields[:8], "nilai_sen"))
    arrived = at_the_centre(job, LINES_OF_A_SNAPSHOT.replace("l.*", columns))

    expected = {(*line[:8], line.nilai_anggaran.sen) for line in job.budget.lines()}
    assert len(arrived) == len(expected)
    assert set(arrived) == expected


def test_the_page_of_the_budget_in_force_shows_the_real_posture(job: Job, posture: dict[str, int]) -> None:
    page = job.scene.page(f"/pemda/{job.scene.kode_pemda}/berlaku/{job.budget.tahun}")

    shown = {row[0]: row[1] for row in rows_of(page) if len(row) == 2}
    assert {LABELS[section]: written(rupiah) for section, rupiah in posture.items()}.items() <= shown.items()


def test_the_skpd_on_their_page_add_up_to_the_real_posture(job: Job, posture: dict[str, int]) -> None:
    page = job.scene.page(f"{job.scene.address_of(job.snapshot_id)}/skpd")

    head, *skpd, foot = (row for row in rows_of(page) if len(row) == 6)
    amounts = [[sen_of(cell) for cell in row[1:5]] for row in skpd]
    assert head[1:5] == list(LABELS.values())
    assert len(skpd) == len(job.budget.skpd)
    assert [sum(column) for column in zip(*amounts, strict=True)] == [
        rupiah * 100 for rupiah in posture.values()
    ]
    assert foot[1:5] == [written(rupiah) for rupiah in posture.values()]


def test_what_the_node_sends_is_what_the_manifest_states_by_an_auditors_tools(
    job: Job, posture: dict[str, int], tmp_path: Path
) -> None:
    with closing(sqlite3.connect(job.outbox)) as outbox:
        [(envelope,)] = outbox.execute("SELECT envelope FROM snapshots").fetchall()
        frames = dict(outbox.execute("SELECT frame_sha256, frame FROM frames"))

    found = audit(envelope, frames, tmp_path)

    assert found.found == found.stated
    assert len(found.found) == 1 + len(job.budget.skpd)
    assert found.manifest["totals"] == {section: f"{rupiah}.00" for section, rupiah in posture.items()}


def test_what_the_centre_keeps_is_what_the_manifest_states_by_an_auditors_tools(
    job: Job, tmp_path: Path
) -> None:
    [(envelope,)] = at_the_centre(job, "SELECT envelope FROM snapshots WHERE snapshot_id = %s")
    kept = at_the_centre(job, FRAMES_OF_A_SNAPSHOT)

    found = audit(envelope, dict(kept), tmp_path)

    assert found.found == found.stated


def test_a_snapshots_name_is_the_hash_of_its_manifest(job: Job, tmp_path: Path) -> None:
    [(envelope,)] = at_the_centre(job, "SELECT envelope FROM snapshots WHERE snapshot_id = %s")

    manifest = tmp_path / "manifest.json"
    manifest.write_bytes(base64.b64decode(json.loads(envelope)["payload"]))

    named = subprocess.run(["sha256sum", manifest], capture_output=True, text=True, check=True)
    assert named.stdout.split()[0] == job.snapshot_id
