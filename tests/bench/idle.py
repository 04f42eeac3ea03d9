"""What the agent costs while nothing is due: memory and CPU over minutes, beside other resident programs.

Each peer is started with nothing to do; one that is not installed is named.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from connectors.interface import Access
from tests.sample_pemda import Budget, write_wp_sipd
from tests.world.scene import JEPARA, TAHUN, Scene, scene

EVERY_SECONDS = 5.0
_TICKS = os.sysconf("SC_CLK_TCK")
_BARE = "bare python"

Commands = Mapping[str, tuple[str, ...]]


@dataclass
class Watched:
    """A program that is looked at again and again; memory in MB, CPU in seconds since the first look."""

    name: str
    pid: int
    rss: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    began: float = 0.0

    def look(self) -> None:
        """Take down its resident memory, and how much of that nobody shares with it."""
        sizes = _sizes(Path(f"/proc/{self.pid}/smaps_rollup").read_text())
        self.rss.append(sizes["Rss"])
        self.alone.append(sizes["Private_Clean"] + sizes["Private_Dirty"])

    def cpu(self) -> float:
        """The CPU seconds that it and its ended children have used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(each) for each in fields[11:15]) / _TICKS - self.began


def measure(minutes: float) -> Iterator[str]:
    """One line for each program, the agent first; its CPU holds the database's door being tried, too."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        agent = running.enter_context(_idle_agent(Path(folder)))
        found, lacking = _peers(Path(folder))
        peers = [running.enter_context(_started(name, command)) for name, command in found.items()]
        watched = [Watched("sinergi run", agent.pid), *(Watched(name, each.pid) for name, each in peers)]
        _watch(watched, minutes * 60)
        bare = next(each for each in watched if each.name == _BARE)
        for each in watched:
            yield (
                f"{each.name}: {max(each.rss):.0f} MB resident, {max(each.alone):.0f} MB its own "
                f"({max(each.rss) / max(bare.rss):.1f} x bare python); "
                f"{each.cpu() / minutes * 1000:.0f} ms CPU a minute"
            )
    if lacking:
        yield f"not installed here: {', '.join(lacking)}"


def _watch(watched: list[Watched], seconds: float) -> None:
    for each in watched:
        each.began = each.cpu()
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        for each in watched:
            each.look()
        time.sleep(min(EVERY_SECONDS, max(0.0, ends - time.monotonic())))


@contextmanager
def _idle_agent(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A running agent that has delivered its first snapshot and now waits for tomorrow."""
    database = folder / "sipd.db"
    with closing(sqlite3.connect(database)) as connection:
        write_wp_sipd(connection, Budget(JEPARA, TAHUN))
    with scene(folder) as ours:
        ours.open_centre()
        ours.install_agent(Access("wp-sipd", "sqlite", str(database)))
        ours.map()
        with ours.node.begin("run") as agent:
            try:
                _until_delivered(ours, agent)
                yield agent
            finally:
                agent.terminate()


def _until_delivered(ours: Scene, agent: subprocess.Popen[str]) -> None:
    while agent.poll() is None:
        snapshot = ours.node.tried("status", "--json").document().get("facts", {}).get("snapshot")
        if snapshot and snapshot["state"] == "done":
            return
        time.sleep(1)
    raise RuntimeError("the agent ended before it had delivered anything")


def _peers(folder: Path) -> tuple[Commands, list[str]]:
    """The programs to stand beside, with their commands; and the packages of those that are not here."""
    supervisor = folder / "supervisord.conf"
    supervisor.write_text(f"[supervisord]\nlogfile={folder}/s.log\npidfile={folder}/s.pid\n")
    zabbix = folder / "zabbix.conf"
    quiet = f"PidFile={folder}/z.pid\nLogType=console\nAllowRoot=1\nStartAgents=0\n"
    zabbix.write_text(f"{quiet}ServerActive=127.0.0.1:1\nHostname=CONTOH\n")
    puppet = (f"--confdir={folder}/puppet", f"--vardir={folder}/var", "--server=127.0.0.1")
    wanted: Commands = {
        "supervisor": ("supervisord", "-n", "-c", str(supervisor)),
        "zabbix-agent": ("zabbix_agentd", "-f", "-c", str(zabbix)),
        "prometheus-node-exporter": ("prometheus-node-exporter", "--web.listen-address=127.0.0.1:0"),
        "puppet-agent": ("puppet", "agent", "--no-daemonize", *puppet),
    }
    found: dict[str, tuple[str, ...]] = {_BARE: (sys.executable, "-c", "import time; time.sleep(1e6)")}
    found |= {name: command for name, command in wanted.items() if shutil.which(command[0])}
    return found, [name for name in wanted if name not in found]


@contextmanager
def _started(name: str, command: tuple[str, ...]) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet) as process:
        try:
            yield name, process
        finally:
            process.terminate()


def _sizes(text: str) -> dict[str, float]:
    """The sizes in a smaps_rollup, in MB."""
    named = (line.split() for line in text.splitlines()[1:])
    return {words[0].rstrip(":"): int(words[1]) / 1024 for words in named if words[-1] == "kB"}
