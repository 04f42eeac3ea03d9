"""One node's life as `sinergi status` tells it, with the real agent running and the real centre answering."""

from __future__ import annotations

import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.filled import in_server, in_sqlite
from tests.sample_pemda import Budget
from tests.servers.mariadb import MariaDb
from tests.world import Node, Scene, scene

pytestmark = pytest.mark.timeout(300)
SMALL = Budget(tahun=2026, jumlah_rincian=500)
PATIENCE_SECONDS = 60.0
ENDED = "Agen Sinergi SIKD 0.1.0 · tidak berjalan"


@contextmanager
def running(node: Node) -> Iterator[subprocess.Popen[str]]:
    """The agent as a process, killed at the end where it still lives."""
    with node.begin("run") as process:
        try:
            yield process
        finally:
            process.kill()


def until(process: subprocess.Popen[str], holds: Callable[[], bool]) -> None:
    begin = time.monotonic()
    while not holds():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() - begin < PATIENCE_SECONDS, "it never came true"
        time.sleep(0.2)


def told(node: Node) -> list[str]:
    """What `sinergi status` finds wrong; a healthy agent is said in one word."""
    report = node.tried("status", "--json").document()
    found: list[str] = report["situations"]
    return found


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Scene]:
    with scene(tmp_path) as made:
        made.open_centre()
        yield made


@dataclass(frozen=True)
class Mapped:
    """A node that is mapped and has not run yet, and its database."""

    scene: Scene
    server: MariaDb
    database: str

    @property
    def node(self) -> Node:
        return self.scene.node


@pytest.fixture(scope="module")
def mapped(mariadb_server: MariaDb) -> Iterator[Mapped]:
    access = in_server(mariadb_server, "wp-sipd", SMALL)
    with tempfile.TemporaryDirectory() as folder, scene(Path(folder)) as made:
        made.open_centre()
        made.install_agent(access)
        made.map()
        yield Mapped(made, mariadb_server, access.database)


def test_the_life_of_a_node_from_nothing_to_healthy_and_back(ours: Scene, tmp_path: Path) -> None:
    node, database = ours.node, tmp_path / "sipd.db"
    assert told(node) == ["not_enrolled", "not_running"]
    ours.install_agent(in_sqlite(database, "wp-sipd", SMALL))
    assert told(node) == ["not_running"]

    once = node.tried("run", "--once")
    assert (once.code, told(node)) == (5, ["not_enrolled"])
    assert "Node ini belum terdaftar di pusat" in once.out

    with running(node) as agent:
        until(agent, lambda: told(node) == ["not_enrolled"])
        assert node.tried("status").code == 5

        node.run("enrol", "--yes")
        until(agent, lambda: told(node) == ["waiting_for_mapping"])
        waiting = node.tried("status")
        assert waiting.code == 4
        assert node.ask("enrol", "--yes")["match_code"][:4] in waiting.out

        ours.map()
        until(agent, lambda: "received by the centre" in node.tried("status", "--lang", "en").out)
        healthy = node.tried("status")
        assert (healthy.code, told(node)) == (0, ["healthy"])
        assert "terhubung" in healthy.out
        assert "11.10 Kabupaten Jepara" in healthy.out

        ours.centre.stop()
        agent.send_signal(signal.SIGHUP)
        until(agent, lambda: told(node) == ["centre_down"])
        assert node.tried("status").code == 1

        ours.centre.start()
        database.rename(tmp_path / "elsewhere.db")
        agent.send_signal(signal.SIGHUP)
        until(agent, lambda: told(node) == ["database_down"])
        assert "[SIKD-E301]" in node.tried("status").out

        (tmp_path / "elsewhere.db").rename(database)
        agent.send_signal(signal.SIGHUP)
        until(agent, lambda: told(node) == ["healthy"])

        agent.send_signal(signal.SIGTERM)
        assert agent.wait(5) == 0
    gone = node.tried("status")
    assert (gone.code, gone.out.splitlines()[0]) == (3, ENDED)


def test_a_second_agent_is_refused_and_a_killed_one_is_not_running(mapped: Mapped) -> None:
    with running(mapped.node) as agent:
        until(agent, lambda: told(mapped.node) == ["healthy"])

        second = mapped.node.tried("run", "--once")
        assert (second.code, told(mapped.node)) == (1, ["healthy"])
        assert "SIKD-E452" in second.err

        agent.kill()
        agent.wait()

    assert mapped.node.tried("status").code == 3


def test_settings_that_became_wrong_are_said_and_the_old_ones_stay(mapped: Mapped) -> None:
    settings = mapped.node.settings
    right = settings.read_text()
    with running(mapped.node) as agent:
        until(agent, lambda: told(mapped.node) == ["healthy"])

        settings.write_text(right.replace("tahun = 2026", "tahun = 1926"))
        agent.send_signal(signal.SIGHUP)
        until(agent, lambda: told(mapped.node) == ["agent_needs_you"])
        said = mapped.node.tried("status").out

        settings.write_text(right)
        agent.send_signal(signal.SIGHUP)
        until(agent, lambda: told(mapped.node) == ["healthy"])

    assert "apbd: tahun" in said
    assert "[SIKD-E410]" in said


def test_an_agent_that_cannot_start_leaves_word_why(mapped: Mapped) -> None:
    key = mapped.node.folder / "state" / "vault.key"
    elsewhere = key.rename(mapped.node.folder / "vault.key")

    tried = mapped.node.tried("run")

    elsewhere.rename(key)
    status = mapped.node.tried("status")
    assert (tried.code, status.code) == (5, 3)
    assert "[SIKD-E423]" in status.out


def test_a_stop_in_the_middle_of_reading_leaves_nothing_behind(mapped: Mapped) -> None:
    # The running agent has read the budget before; a schedule of every minute makes it read again.
    schedule = '\n[schedule]\nsnapshot = "every 1m"\n'
    mapped.node.settings.write_text(mapped.node.settings.read_text() + schedule)
    with closing(mapped.server.connect(mapped.database)) as connection, running(mapped.node) as agent:
        connection.cursor().execute("LOCK TABLES data_rka WRITE")
        until(agent, lambda: reading(agent) != [])
        (child,) = reading(agent)

        begin = time.monotonic()
        agent.send_signal(signal.SIGTERM)
        code = agent.wait(10)

        assert (code, time.monotonic() - begin < 5) == (0, True)
        assert gone(child)
    assert "no change" not in mapped.node.run("snapshot", "--lang", "en")


def reading(agent: subprocess.Popen[str]) -> list[int]:
    """The processes in which the agent reads a database."""
    children = Path(f"/proc/{agent.pid}/task")
    found = [int(one) for task in children.iterdir() for one in (task / "children").read_text().split()]
    return [child for child in found if b"agent.child" in Path(f"/proc/{child}/cmdline").read_bytes()]


def gone(process: int) -> bool:
    """Whether a process ends within a moment."""
    for _ in range(50):
        if not Path(f"/proc/{process}").exists():
            return True
        time.sleep(0.1)
    return False
