"""A Pemda without a line: mapped once, then a file to DJPK and a receipt back, by the programs themselves."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import stat
import subprocess
import sys
import tempfile
import zipfile
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.filled import in_sqlite
from tests.sample_pemda import Budget
from tests.world import Scene, scene

pytestmark = pytest.mark.timeout(300)
SECTIONS = {
    "4": "pendapatan",
    "5": "belanja",
    "6.1": "penerimaan_pembiayaan",
    "6.2": "pengeluaran_pembiayaan",
}


@dataclass(frozen=True)
class Carried:
    """What was exported while the centre could not be reached, and what DJPK gave for it."""

    scene: Scene
    budget: Budget
    stick: Path
    exported: dict[str, Any]
    loaded: dict[str, Any]
    receipt: dict[str, Any]

    @property
    def file(self) -> Path:
        """The ADK file."""
        return Path(self.exported["file"])


@pytest.fixture(scope="module")
def carried() -> Iterator[Carried]:
    budget = Budget(tahun=2026, jumlah_rincian=2000)
    with tempfile.TemporaryDirectory(prefix="sinergi-stick-") as folder, scene(Path(folder)) as ours:
        stick = Path(folder) / "stick"
        stick.mkdir()
        ours.open_centre()
        ours.install_agent(in_sqlite(Path(folder) / "sipd.db", "wp-sipd", budget))
        ours.map()
        ours.centre.stop()
        ours.node.run("snapshot")
        exported = ours.node.ask("adk", "export", "--output", str(stick))
        receipt = stick / "receipt.json"
        load = ["adk", "load", exported["file"], "--receipt", str(receipt), "--as", ours.proposer.username]
        loaded = json.loads(ours.centre.run(*load, "--json", person=ours.proposer))
        taken = ours.node.ask("adk", "receipt", str(receipt))
        yield Carried(ours, budget, stick, exported, loaded, taken["receipt"])


def test_the_centre_has_the_snapshot_that_the_node_has_made(carried: Carried) -> None:
    assert carried.loaded["snapshot_id"] == carried.exported["snapshot_id"]
    assert (carried.loaded["state"], carried.loaded["csv_differs"]) == ("received", False)
    assert carried.loaded["kode_pemda"] == carried.scene.kode_pemda


def test_the_node_keeps_the_receipt_and_has_nothing_left_to_deliver(carried: Carried) -> None:
    kept = carried.scene.node.ask("receipt", "show")["receipts"]

    assert [one["type"] for one in kept] == ["final"]
    assert carried.receipt["snapshot_id"] == carried.exported["snapshot_id"]
    assert carried.scene.node.ask("snapshot")["result"] == "unchanged"


def test_the_file_is_for_its_owner_alone_and_named_by_year_and_satker(carried: Carried) -> None:
    name = f"2026991265-adk-{carried.exported['snapshot_id'][:8]}.zip"

    assert carried.file == carried.stick / name
    assert stat.S_IMODE(carried.file.stat().st_mode) == 0o600
    assert {each.name for each in carried.stick.iterdir()} == {name, "receipt.json"}


def test_an_auditors_tools_agree_with_what_was_said(carried: Carried, tmp_path: Path) -> None:
    tools = (
        f"unzip -tq {carried.file} && unzip -q {carried.file} -d . && zstd -q -d --memory=8MB segments/*.zst"
    )
    subprocess.run(["sh", "-c", tools], cwd=tmp_path, check=True, capture_output=True)

    summed = subprocess.run(["sha256sum", carried.file], capture_output=True, text=True, check=True)

    assert summed.stdout.split()[0] == carried.exported["sha256"]
    manifest = b64decode(json.loads((tmp_path / "envelope.json").read_bytes())["payload"])
    assert hashlib.sha256(manifest).hexdigest() == carried.exported["snapshot_id"]
    for place, entry in enumerate(json.loads(manifest)["segments"]):
        plain = (tmp_path / f"segments/{place}.tsv").read_bytes()
        assert hashlib.sha256(plain).hexdigest() == entry["sha256"]


def test_the_csv_adds_up_to_the_posture_and_names_the_skpd(carried: Carried) -> None:
    with zipfile.ZipFile(carried.file) as opened:
        text = opened.read(carried.exported["csv"]).decode()
    rows = list(csv.reader(text.splitlines(), delimiter=";", quoting=csv.QUOTE_NONE))

    sums = dict.fromkeys(SECTIONS.values(), 0)
    for row in rows:
        rupiah, _, sen = row[25].partition(".")
        sums[SECTIONS[row[13] if row[13] != "6" else f"6.{row[15]}"]] += int(rupiah) * 100 + int(sen or 0)

    assert carried.exported["csv"] == "2026991265murni.csv"
    assert {len(row) for row in rows} == {26}
    assert sums == {section: getattr(carried.budget.totals, section).sen for section in sums}
    assert {row[6] for row in rows} == {skpd.nama for skpd in carried.budget.skpd}


def test_what_was_delivered_is_exported_again_to_the_same_bytes(carried: Carried, tmp_path: Path) -> None:
    again = carried.scene.node.ask("adk", "export", "--output", str(tmp_path / "again.zip"))

    assert again["sha256"] == carried.exported["sha256"]
    assert Path(again["file"]).read_bytes() == carried.file.read_bytes()


def test_an_existing_file_is_replaced_only_by_force(carried: Carried, tmp_path: Path) -> None:
    target = tmp_path / "adk.zip"
    target.write_bytes(b"something else")

    tried = carried.scene.node.tried("adk", "export", "--output", str(target), "--lang", "en")
    kept = target.read_bytes()
    carried.scene.node.run("adk", "export", "--output", str(target), "--force")

    assert (tried.code, kept) == (2, b"something else")
    assert "--force" in tried.err
    assert target.read_bytes() == carried.file.read_bytes()


def test_a_stick_that_is_not_mounted_becomes_no_file(carried: Carried, tmp_path: Path) -> None:
    tried = carried.scene.node.tried("adk", "export", "--output", f"{tmp_path}/usb/", "--lang", "en")

    assert tried.code == 2
    assert "mounted" in tried.err
    assert list(tmp_path.iterdir()) == []


def test_not_even_force_puts_the_file_in_the_place_of_a_device(carried: Carried, tmp_path: Path) -> None:
    device = tmp_path / "pipe"
    os.mkfifo(device)

    tried = carried.scene.node.tried("adk", "export", "--output", str(device), "--force")

    assert tried.code == 2
    assert device.is_fifo()


def test_a_pipe_gets_the_file_and_nothing_else(carried: Carried, tmp_path: Path) -> None:
    target = tmp_path / "piped.zip"

    with target.open("wb") as file:
        program = [sys.executable, "-m", "agent", "adk", "export", "--output", "-"]
        environment = os.environ | {"SINERGI_CONFIG": str(carried.scene.node.settings)}
        subprocess.run(program, env=environment, stdout=file, check=True)

    assert target.read_bytes() == carried.file.read_bytes()


def test_the_file_is_read_in_again_to_the_same_receipt(carried: Carried, tmp_path: Path) -> None:
    ours, receipt = carried.scene, tmp_path / "receipt.json"

    load = ["adk", "load", str(carried.file), "--receipt", str(receipt), "--as", ours.approver.username]
    said = ours.centre.run(*load, "--lang", "en", person=ours.approver)

    assert "whole and sound" in said
    assert receipt.read_bytes() == (carried.stick / "receipt.json").read_bytes()
