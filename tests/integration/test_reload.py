"""SIGHUP under the real agent: new settings are taken up, wrong ones are not, and work under way goes on."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.filled import in_server
from tests.sample_pemda import Budget
from tests.servers.mariadb import MariaDb
from tests.world import Node, Scene, scene
from tests.world.patience import until
from tests.world.thin_line import ThinLine, thin_line
from tests.world.watched_line import WatchedLine, watched_line

pytestmark = pytest.mark.timeout(300)
SMALL = Budget(tahun=2026, jumlah_rincian=500)


@dataclass(frozen=True)
class Served:
    """A mapped node, its database, and its way to the centre: a line that can be slow, then a watched one."""

    scene: Scene
    server: MariaDb
    database: str
    thin: ThinLine
    watched: WatchedLine

    @property
    def node(self) -> Node:
        """The node."""
        return self.scene.node

    def facts(self) -> dict[str, Any]:
        """What the running agent tells."""
        facts: dict[str, Any] = json.loads(self.node.status_file.read_text())
        return facts

    def healthy(self) -> bool:
        """Whether nothing is wrong and the last snapshot has arrived."""
        newest = self.facts()["snapshot"] if self.node.status_file.exists() else None
        return self.node.tried("status").code == 0 and newest is not None and newest["state"] == "done"

    def set(self, agent: subprocess.Popen[str], **changes: str) -> None:
        """Write other settings, and send the signal: `schedule` is the whole section, `url` the centre's."""
        head = self.node.settings.read_text().partition("\n[schedule]")[0]
        lines = [
            f'url = "{changes["url"]}"' if line.startswith("url =") and "url" in changes else line
            for line in head.splitlines()
        ]
        schedule = f"\n[schedule]\n{changes['schedule']}\n" if "schedule" in changes else ""
        self.node.settings.write_text("\n".join(lines) + "\n" + schedule)
        agent.send_signal(signal.SIGHUP)

    def change(self) -> None:
        """Let the budget be another one."""
        with closing(self.server.connect(self.database, autocommit=True)) as connection:
            connection.cursor().execute(
                "UPDATE data_rka SET rincian = rincian + 1000 WHERE active = 1 AND tahun_anggaran = 2026"
            )

    def reader_waits(self) -> bool:
        """Whether a reading is held up by a lock; a child that only signs in never is."""
        with closing(self.server.connect(self.database)) as connection:
            cursor = connection.cursor()
            cursor.execute("SHOW PROCESSLIST")
            return any("Waiting for table" in str(state) for *_, state, _, _ in cursor.fetchall())

    def ask(self, agent: subprocess.Popen[str]) -> None:
        """Have an officer ask for a snapshot, of which the agent hears at once."""
        one, node_id = self.scene.proposer, self.facts()["node_id"]
        self.scene.centre.run("node", "snapshot", node_id, "--as", one.username, person=one)
        agent.send_signal(signal.SIGHUP)


@pytest.fixture(scope="module")
def served(mariadb_server: MariaDb, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("pemda")
    access = in_server(mariadb_server, "wp-sipd", SMALL)
    with thin_line() as thin, watched_line() as watched, scene(folder, address=thin.address) as ours:
        thin.port, watched.port = urlsplit(watched.address).port or 0, ours.centre.port
        ours.open_centre()
        ours.install_agent(access)
        ours.map()
        yield Served(ours, mariadb_server, access.database, thin, watched)


@pytest.fixture
def agent(served: Served) -> Iterator[subprocess.Popen[str]]:
    """The agent, healthy, with its first settings before and after."""
    first = served.node.settings.read_text()
    with served.node.running() as process:
        until(served.healthy, "the agent is healthy")
        yield process
    served.node.settings.write_text(first)


def reading(agent: subprocess.Popen[str]) -> list[int]:
    """The processes in which the agent reads a database."""
    children = Path(f"/proc/{agent.pid}/task")
    found = [int(one) for task in children.iterdir() for one in (task / "children").read_text().split()]
    return [child for child in found if b"agent.child" in _command_of(child)]


def _command_of(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""  # it has ended meanwhile


def test_another_schedule_and_another_address_are_taken_up(
    served: Served, agent: subprocess.Popen[str]
) -> None:
    served.set(agent, schedule='snapshot = "0 12 * * *"', url=served.watched.address)
    until(lambda: served.facts()["centre"]["url"] == served.watched.address, "the address is another")
    served.thin.sent_up = 0
    served.watched.heard.clear()
    agent.send_signal(signal.SIGHUP)

    until(lambda: any(one.path == "/v1/checkin" for one in served.watched.heard), "it checks in there")

    assert served.thin.sent_up == 0
    assert served.facts()["next_snapshot_at"].endswith("T05:00:00Z")  # noon in Jakarta
    assert served.healthy()


@pytest.mark.parametrize("wrong", ["every day", "0 0 31 2 *"])
def test_wrong_settings_are_said_and_the_old_ones_stay_in_force(
    served: Served, agent: subprocess.Popen[str], wrong: str
) -> None:
    before = served.facts()
    served.set(agent, schedule=f'snapshot = "{wrong}"', url=served.watched.address)
    until(lambda: served.facts()["trouble"] is not None, "the mistake is said")
    after = served.facts()

    served.set(agent, url=served.thin.address)
    until(served.healthy, "the agent is healthy again")

    assert "schedule.snapshot" in after["trouble"]["problem"]["en"]
    for setting in ("next_snapshot_at", "pid"):
        assert after[setting] == before[setting]
    assert after["centre"]["url"] == served.thin.address


def test_places_are_changed_by_a_restart_alone(served: Served, agent: subprocess.Popen[str]) -> None:
    right = served.node.settings.read_text()
    served.node.settings.write_text(right.replace('/run"', '/run-2"'))
    agent.send_signal(signal.SIGHUP)

    until(lambda: served.facts()["trouble"] is not None, "the mistake is said")

    assert "[paths]" in served.facts()["trouble"]["problem"]["en"]
    assert not (served.node.folder / "run-2").exists()


def test_a_reading_under_way_is_not_disturbed(served: Served, agent: subprocess.Popen[str]) -> None:
    before = served.facts()["snapshot"]["snapshot_id"]
    served.change()
    with closing(served.server.connect(served.database)) as connection:
        connection.cursor().execute("LOCK TABLES data_rka WRITE")
        served.ask(agent)
        until(served.reader_waits, "the reading is under way, and waits for the lock")
        (child,) = reading(agent)

        served.set(agent, url=served.watched.address)
        until(lambda: served.facts()["centre"]["url"] == served.watched.address, "the settings are taken up")
        time.sleep(1)
        still = reading(agent)
        connection.cursor().execute("UNLOCK TABLES")

    until(lambda: served.facts()["snapshot"]["snapshot_id"] != before, "the snapshot is queued")
    until(served.healthy, "it has arrived")
    assert still == [child]


def test_an_upload_under_way_goes_on(served: Served, agent: subprocess.Popen[str]) -> None:
    served.change()
    served.watched.heard.clear()
    served.thin.rate = 4000
    served.ask(agent)
    until(lambda: _sent(served, "PUT") != [], "the snapshot is announced")

    served.set(agent, schedule='snapshot = "0 12 * * *"')
    until(lambda: served.facts()["snapshot"]["state"] == "done", "it has arrived")
    served.thin.rate = float("inf")

    [announced], [segments] = _sent(served, "PUT"), _sent(served, "POST")
    assert segments == announced + "/segments"
    until(served.healthy, "nothing is wrong")


def _sent(served: Served, method: str) -> list[str]:
    return [one.path for one in served.watched.heard if one.method == method and "/v1/snapshots/" in one.path]


def test_what_an_officer_sets_is_followed_without_any_signal(
    served: Served, agent: subprocess.Popen[str]
) -> None:
    one = served.scene.proposer
    wanted = ("schedule", served.scene.kode_pemda)
    served.scene.centre.run("pemda", *wanted, "0 12 * * *", "--as", one.username, person=one)

    until(lambda: served.facts()["schedule"]["origin"] == "centre", "the schedule is heard")

    said = served.node.tried("status").out
    served.scene.centre.run("pemda", *wanted, "--none", "--as", one.username, person=one)
    assert served.facts()["next_snapshot_at"].endswith("T05:00:00Z")  # noon in Jakarta
    assert "0 12 * * * · ditetapkan DJPK pada Master SIKD" in said


def test_systemd_is_told_when_a_reload_begins_and_ends(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(30)
        monkeypatch.setenv("NOTIFY_SOCKET", systemd.getsockname())
        with served.node.running() as agent:
            started = _told(systemd)
            before = time.monotonic_ns() // 1000
            agent.send_signal(signal.SIGHUP)
            begun, ended = _told(systemd), _told(systemd)
            agent.terminate()
            stopping = _told(systemd)

    assert (started, ended, stopping) == ("READY=1", "READY=1", "STOPPING=1")
    word, moment = begun.split("\nMONOTONIC_USEC=")
    assert word == "RELOADING=1"
    assert before <= int(moment) <= time.monotonic_ns() // 1000


def _told(systemd: socket.socket) -> str:
    """The next word that is neither a sign of life nor for people."""
    while True:
        heard = systemd.recv(4096).decode()
        if not heard.startswith(("WATCHDOG=", "STATUS=")):
            return heard
