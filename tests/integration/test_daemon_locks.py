"""The running agent keeps its hold on its databases: no command takes their logs away from under it."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.integration.served_pemda import ServedPemda, served_pemda
from tests.world.at_work import AgentAtWork, at_work
from tests.world.patience import until

pytestmark = pytest.mark.timeout(300)
ROUNDS = 3


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedPemda]:
    with served_pemda(tmp_path_factory.mktemp("pemda")) as made:
        yield made


def databases(ours: ServedPemda) -> list[Path]:
    return [ours.state / "state.db", ours.state / "outbox.db"]


def is_held(file: Path, pid: int) -> bool:
    """Whether the kernel knows of a lock of this process on the file."""
    rows = [row.split() for row in Path("/proc/locks").read_text().splitlines()]
    held = {row[5].rpartition(":")[2] for row in rows if row[1] == "POSIX" and row[4] == str(pid)}
    return str(file.stat().st_ino) in held


def taken_away(pid: int) -> list[str]:
    """The files of SQLite that the process has open and that no name leads to any more."""
    leads = []
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            leads.append(os.readlink(descriptor))  # noqa: PTH115 - what is deleted is no path
    return [lead for lead in leads if ".db" in lead and lead.endswith("(deleted)")]


def reload(agent: AgentAtWork) -> None:
    before = agent.log.read_text().count("settings reloaded")
    agent.process.send_signal(signal.SIGHUP)
    until(lambda: agent.log.read_text().count("settings reloaded") > before, "the settings are reloaded")


def test_a_reload_keeps_the_locks_and_no_command_takes_the_logs_away(ours: ServedPemda) -> None:
    with at_work(ours.node) as agent:
        agent.is_well()
        pid = agent.process.pid
        for _ in range(ROUNDS):
            reload(agent)
            assert all(is_held(file, pid) for file in databases(ours))

            ours.change()
            ours.node.run("identity", "show")
            until(lambda: ours.node.tried("snapshot").code == 0, "a snapshot, once no other is being taken")

            assert taken_away(pid) == []
            assert all(is_held(file, pid) for file in databases(ours))
        agent.is_well()
    for file in databases(ours):
        with closing(sqlite3.connect(file)) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
