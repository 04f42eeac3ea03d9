"""`sinergi identity` and a clock that is off, with the real programs as an operator runs them."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.node import open_node
from agent.succession import make_offer
from contract.wire.succession import SuccessionKind
from tests.filled import in_sqlite
from tests.moved_clock import MovedClock
from tests.sample_pemda import Budget
from tests.world import Node, Scene, scene
from tests.world.programs import ProgramFailed

pytestmark = pytest.mark.timeout(300)
SMALL = Budget(tahun=2026, jumlah_rincian=500)
LARGER = Budget(tahun=2026, jumlah_rincian=500, seed=2)


@pytest.fixture
def mapped(tmp_path: Path) -> Iterator[Scene]:
    with scene(tmp_path) as made:
        made.open_centre()
        made.install_agent(in_sqlite(tmp_path / "sipd.db", "wp-sipd", SMALL))
        made.map()
        yield made


def _now() -> datetime:
    return datetime.now(UTC)


def copied(node: Node, to: Path) -> Node:
    """The folder of a node once more, as a clone of its server has it."""
    shutil.copytree(node.folder, to)
    twin = Node(to)
    twin.settings.write_text(twin.settings.read_text().replace(str(node.folder), str(to)))
    return twin


def centre_state(node: Node) -> str:
    """Where the node stands by the file that every user may read."""
    facts = node.tried("status", "--json").document()["facts"]
    state: str = facts["centre"]["state"]
    return state


def map_again(ours: Scene, asked: dict[str, Any]) -> None:
    """Two officers map the node that waits, with the code that was read out."""
    node_id, code = asked["node_id"], asked["match_code"]
    one, other = ours.proposer, ours.approver
    ours.centre.run("node", "propose", node_id, ours.kode_pemda, "--as", one.username, person=one)
    approve = ("approve", node_id, ours.kode_pemda, "--code", code)
    ours.centre.run("node", *approve, "--as", other.username, person=other)


def test_a_copied_server_is_suspended_and_the_right_one_delivers_what_waited(
    mapped: Scene, tmp_path: Path
) -> None:
    node = mapped.node
    assert node.tried("run", "--once").code == 0
    twin = copied(node, tmp_path / "twin")
    assert node.tried("run", "--once").code == 0
    in_sqlite(tmp_path / "sipd.db", "wp-sipd", LARGER)
    node.run("snapshot")
    twin.tried("run", "--once")

    assert node.tried("run", "--once").code == 5

    said = node.tried("status", "--lang", "en").out
    assert "suspected to be copied" in said
    assert "sudo sinergi identity confirm" in said
    assert "150420" in said
    assert node.tried("status", "--json").document()["facts"]["queued"] == 1
    before = node.ask("receipt", "show")["receipts"][0]["snapshot_id"]
    asked = node.tried("identity", "confirm", "--yes", "--json")
    assert asked.code == 4
    map_again(mapped, asked.document())

    assert node.tried("run", "--once").code == 0

    assert node.ask("receipt", "show")["receipts"][0]["snapshot_id"] != before
    assert node.ask("identity", "show")["state"] == "mapped"
    assert twin.tried("run", "--once").code == 5
    assert centre_state(twin) == "replaced"
    anew = twin.tried("identity", "new", "--yes", "--json")
    assert (anew.code, anew.document()["state"]) == (4, "pending")
    mapped.centre.stop()
    offline = twin.tried("identity", "new", "--yes", "--json")
    assert (offline.code, offline.document()["state"]) == (1, None)
    mapped.centre.start()
    assert twin.tried("run", "--once").code == 4


def test_a_running_agent_takes_up_the_keys_that_a_command_has_made(mapped: Scene) -> None:
    node = mapped.node
    old = node.ask("identity", "show")["node_id"]
    with node.begin("run") as agent:
        until(agent, lambda: node.status_file.exists() and centre_state(node) == "mapped")

        new = node.ask("identity", "rotate")

        until(agent, lambda: node.tried("status", "--json").document()["facts"]["node_id"] == new["node_id"])
        until(agent, lambda: node.tried("status").code == 0)
        agent.terminate()
    assert (new["state"], new["former_node_ids"]) == ("mapped", [old])
    page = mapped.page(f"/node/{old}")
    assert new["node_id"] in page.replace("-", "")
    assert "digantikan" in page


def test_a_killed_rotation_is_ended_by_the_next_round(mapped: Scene) -> None:
    node = mapped.node
    for wait in (0.25, 0.45, 0.65, 0.85, 1.05):
        with node.begin("identity", "rotate", "--json") as rotation:
            with suppress(subprocess.TimeoutExpired):
                rotation.wait(wait)
            rotation.kill()

        assert node.tried("run", "--once").code in {0, 4}
        node.tried("run", "--once")

        assert node.ask("identity", "show")["state"] == "mapped"
    assert node.tried("run", "--once").code == 0


def test_the_round_that_ends_a_change_of_keys_speaks_of_the_new_node(mapped: Scene) -> None:
    with closing(open_node({"SINERGI_CONFIG": str(mapped.node.settings)}, _now)) as opened:
        waiting = make_offer(opened.vault, opened.keys, SuccessionKind.ROTATE)

    done = mapped.node.tried("run", "--once")

    assert (done.code, "new keys in use" in done.err) == (0, True)
    assert mapped.node.ask("identity", "show")["node_id"] == waiting.keys.node_id


def test_a_reinstalled_server_takes_the_old_nodes_place(mapped: Scene, tmp_path: Path) -> None:
    old = mapped.node.ask("identity", "show")["node_id"]
    shutil.rmtree(mapped.node.folder)
    mapped.node.folder.mkdir()
    mapped.install_agent(in_sqlite(tmp_path / "sipd.db", "wp-sipd", SMALL))
    mapped.node.run("enrol", "--yes")
    asked = mapped.node.tried("identity", "new", "--replaces", old, "--yes", "--json")
    assert (asked.code, asked.document()["state"]) == (4, "pending")

    map_again(mapped, asked.document())

    assert mapped.node.tried("run", "--once").code == 0


def test_a_node_that_nobody_suspects_has_nothing_to_confirm(mapped: Scene) -> None:
    before = mapped.node.ask("identity", "show")["node_id"]

    done = mapped.node.tried("identity", "confirm", "--yes", "--json")

    assert (done.code, done.document()["node_id"]) == (0, before)


def test_a_node_id_with_a_wrong_letter_replaces_nothing(mapped: Scene) -> None:
    node_id = mapped.node.ask("identity", "show")["node_id"]
    wrong = node_id[:-1] + ("q" if node_id[-1] != "q" else "p")

    with pytest.raises(ProgramFailed, match="SIKD-E104"):
        mapped.node.run("identity", "new", "--replaces", wrong, "--yes")


@pytest.mark.parametrize("days", [-2, 2], ids=["two days slow", "two days fast"])
def test_a_clock_that_is_off_is_said_and_everything_goes_on(tmp_path: Path, days: int) -> None:
    with scene(tmp_path) as ours:
        ours.node.clock = MovedClock(tmp_path / "clock")
        ours.node.clock.move(timedelta(days=days))
        ours.open_centre()
        ours.install_agent(in_sqlite(tmp_path / "sipd.db", "wp-sipd", SMALL))
        ours.map()

        done = ours.node.tried("run", "--once")

        assert done.code == 1
        report = ours.node.tried("status", "--json").document()
        assert "clock_off" in report["situations"]
        said = ours.node.tried("status", "--lang", "en").out
        assert ("2 days slow" if days < 0 else "2 days fast") in said
        assert "SIKD-E208" in said
        receipts = ours.node.ask("receipt", "show")["receipts"]
        assert {one["type"] for one in receipts} == {"commit", "final"}

        ours.node.clock.move(timedelta(days=-days))
        assert ours.node.tried("run", "--once").code == 0


def until(process: subprocess.Popen[str], holds: Callable[[], bool]) -> None:
    begin = time.monotonic()
    while not holds():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() - begin < 60, "it never came true"
        time.sleep(0.3)
