"""`sinergi status` as anyone on the server sees it, who may read nothing of the agent but its program."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.checkout import ROOT
from tests.filled import in_server
from tests.sample_pemda import Budget
from tests.servers.mariadb import MariaDb
from tests.world import Scene, scene
from tests.world.patience import until

pytestmark = pytest.mark.timeout(400)
SMALL = Budget(jumlah_rincian=500)
SITUATIONS = {
    "not_enrolled": (5, "belum terdaftar", "not enrolled", "sudo sinergi enrol"),
    "waiting_for_mapping": (
        4,
        "menunggu pemetaan node oleh DJPK",
        "waiting for DJPK to map this node",
        "150420",
    ),
    "healthy": (0, "terhubung", "connected", "Bantuan dan pengaduan"),
    "snapshot_refused": (5, "snapshot terakhir ditolak", "the last snapshot was refused", "SIKD-E411"),
    "centre_down": (1, "pusat tidak menjawab", "the centre does not answer", "SIKD-E401"),
    "database_down": (
        1,
        "basis data keuangan tidak menjawab",
        "the finance database does not answer",
        "SIKD-E301",
    ),
    "not_running": (3, "tidak berjalan", "not running", "sudo systemctl start sinergi"),
}
"""Each with its exit code, its words in both languages, and what the Indonesian screen points to."""


@dataclass(frozen=True)
class Seen:
    """What one look at the status showed, in each form."""

    exit_codes: set[int]
    indonesian: str
    english: str
    report: dict[str, Any]


@dataclass(frozen=True)
class Stranger:
    """A user without any right, with a copy of the agent's program and the address of its settings."""

    program: Path
    settings: Path

    def asks(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `sinergi status`."""
        return self.runs(_python(), "-m", "agent", "status", *arguments)

    def runs(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run any program."""
        environment = {"SINERGI_CONFIG": str(self.settings), "PATH": os.environ["PATH"]}
        return subprocess.run(
            [*_nobody(), *command],
            cwd=self.program,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def sees(self) -> Seen:
        """The status in both languages and as JSON."""
        looks = [self.asks(), self.asks("--lang", "en"), self.asks("--json")]
        assert [look.stderr for look in looks] == ["", "", ""]
        return Seen(
            {look.returncode for look in looks}, looks[0].stdout, looks[1].stdout, json.loads(looks[2].stdout)
        )


class Life:
    """One node and what happens to it, in this order; after each the stranger looks."""

    def __init__(self, ours: Scene, server: MariaDb, database: str, stranger: Stranger) -> None:
        self._scene, self._server, self._database, self._stranger = ours, server, database, stranger
        self.seen: dict[str, Seen] = {}

    def live(self) -> None:
        """From the first start of the agent to its end."""
        node, centre = self._scene.node, self._scene.centre
        with node.begin("run") as agent:
            try:
                self._reaches("not_enrolled")
                node.run("enrol", "--yes")
                self._reaches("waiting_for_mapping")
                self._scene.map()
                until(lambda: self._snapshot() == "done", "a snapshot is delivered")
                self._reaches("healthy")
                self._spoil_a_line_at_the_centre(by=100)
                self._change_a_rincian()
                node.run("snapshot")
                self._reaches("snapshot_refused")
                self._spoil_a_line_at_the_centre(by=-100)
                self._change_a_rincian()
                node.run("snapshot")
                until(lambda: self._snapshot() == "done", "a snapshot that is well is delivered again")
                centre.stop()
                agent.send_signal(signal.SIGHUP)
                self._reaches("centre_down")
                centre.start()
                self._server.stop()
                agent.send_signal(signal.SIGHUP)
                self._reaches("database_down")
                agent.terminate()
                assert agent.wait(20) == 0
                self._reaches("not_running")
            finally:
                agent.kill()

    def _reaches(self, situation: str) -> None:
        until(lambda: self._report()["situations"][0] == situation, f"the status is {situation}")
        self.seen[situation] = self._stranger.sees()

    def _report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads(self._stranger.asks("--json").stdout)
        return report

    def _snapshot(self) -> str:
        newest = self._report()["facts"]["snapshot"]
        return str(newest["state"]) if newest else ""

    def _change_a_rincian(self) -> None:
        with closing(self._server.connect(self._database, autocommit=True)) as connection:
            connection.cursor().execute(
                "UPDATE data_rka r JOIN data_sub_keg_bl s USING (kode_sbl) SET r.rincian = r.rincian + 1000"
                " WHERE r.active = 1 AND s.kode_skpd = (SELECT MAX(kode_skpd) FROM data_sub_keg_bl)"
            )

    def _spoil_a_line_at_the_centre(self, *, by: int) -> None:
        with closing(sqlite3.connect(self._scene.centre.folder / "sikd.db")) as centre, centre:
            centre.execute(
                "UPDATE lines SET nilai_sen = nilai_sen + ? WHERE position = 1"
                " AND kode_skpd = (SELECT MIN(kode_skpd) FROM lines)",
                (by,),
            )


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that everybody may enter."""
    with tempfile.TemporaryDirectory(prefix="sinergi-status-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def stranger(place: Path) -> Stranger:
    for room in ("agent", "contract"):
        shutil.copytree(ROOT / room, place / "program" / room)
    return Stranger(place / "program", place / "node" / "agent.toml")


@pytest.fixture(scope="module")
def life(place: Path, stranger: Stranger) -> dict[str, Seen]:
    server = MariaDb.started()
    access = in_server(server, "wp-sipd", SMALL)
    with scene(place) as ours:
        ours.open_centre()
        ours.install_agent(access)
        ours.node.settings.chmod(0o644)
        it = Life(ours, server, access.database, stranger)
        try:
            it.live()
        finally:
            server.stop()
    return it.seen


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_situation_has_its_exit_code(situation: str, life: dict[str, Seen]) -> None:
    assert life[situation].exit_codes == {SITUATIONS[situation][0]}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_situation_is_the_headline_in_both_languages(situation: str, life: dict[str, Seen]) -> None:
    _, indonesian, english, _ = SITUATIONS[situation]

    assert life[situation].indonesian.splitlines()[0].endswith(f" · {indonesian}")
    assert life[situation].english.splitlines()[0].endswith(f" · {english}")


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_situation_says_what_to_do_next(situation: str, life: dict[str, Seen]) -> None:
    assert SITUATIONS[situation][3] in life[situation].indonesian


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_script_reads_the_same(situation: str, life: dict[str, Seen]) -> None:
    report = life[situation].report

    assert report["schema"] == "sinergi.status-report/1"
    assert report["exit_code"] == SITUATIONS[situation][0]
    assert report["situations"][0] == situation


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_screen_says_whom_to_ask_and_that_it_is_free(situation: str, life: dict[str, Seen]) -> None:
    assert "Layanan ini tidak dipungut biaya" in life[situation].indonesian
    assert "Telepon 150420" in life[situation].indonesian


def test_who_asks_for_the_status_cannot_read_what_the_agent_keeps(
    life: dict[str, Seen], stranger: Stranger
) -> None:
    state = stranger.settings.parent / "state"

    listed = stranger.runs("ls", str(state))

    if os.geteuid() == 0:
        assert listed.returncode != 0
    assert state.stat().st_mode & 0o077 == 0


def _nobody() -> list[str]:
    """What makes a command run as nobody; tests that are not run by root are without rights already."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--no-new-privs"]


def _python() -> str:
    """An interpreter that nobody may run: this one, or the system's where this one is closed to others."""
    for candidate in (str(Path(sys.executable).resolve()), "/usr/bin/python3"):
        tried = subprocess.run([*_nobody(), candidate, "-c", ""], capture_output=True, check=False)
        if tried.returncode == 0:
            return candidate
    raise AssertionError("nobody may run no Python here")
