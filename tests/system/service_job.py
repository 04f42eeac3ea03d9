"""What happens in the guest: the agent is set up as root would, then the service alone does the main job.

`python -m tests.system.service_job` prints what was seen as JSON; it changes the machine it runs on.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from tests.sample_pemda import Budget, write_wp_sipd
from tests.world import scene
from tests.world.programs import WAITING
from tests.world.scene import JEPARA, TAHUN, Scene

ROOT = Path(__file__).parents[2]
DATABASE = Path("/srv/contoh/sipd.db")
SINERGI = "/opt/sinergi/bin/sinergi"
PATIENCE_SECONDS = 200
Result = TypeVar("Result")


def main() -> int:
    """Run the job and print what was seen."""
    _install()
    with tempfile.TemporaryDirectory() as folder, scene(Path(folder)) as ours:
        ours.open_centre()
        _set_up(ours)
        began = time.monotonic()
        _run("systemctl", "enable", "--now", "sinergi")
        waiting = _until(lambda: _status_of(WAITING))
        _map(ours, waiting)
        healthy = _until(_delivered)
        seen = {
            "waiting": waiting,
            "healthy": healthy,
            "seconds_to_healthy": round(time.monotonic() - began, 1),
            "after_kill": _killed(),
            "exposure": _run("systemd-analyze", "security", "sinergi").splitlines()[-1],
            "journal": _run("journalctl", "-u", "sinergi", "--no-pager", "-o", "cat"),
        }
    sys.stdout.write(json.dumps(seen))
    return 0


def _install() -> None:
    """What an installer does: the user, the unit, and a database that the user may read."""
    _run("useradd", "--system", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", "sinergi")
    shutil.copy(ROOT / "systemd/sinergi.service", "/etc/systemd/system/")
    _run("systemctl", "daemon-reload")
    DATABASE.parent.mkdir(parents=True)
    with closing(sqlite3.connect(DATABASE)) as connection:
        write_wp_sipd(connection, Budget(JEPARA, TAHUN))


def _set_up(ours: Scene) -> None:
    _run(
        SINERGI, "init", "--yes", "--centre-url", ours.centre.address, "--tahun", str(TAHUN),
        "--application", "wp-sipd", "--engine", "sqlite", "--database", str(DATABASE),
    )  # fmt: skip
    _run(SINERGI, "enrol", "--yes", fine=(0, WAITING))


def _map(ours: Scene, status: dict[str, Any]) -> None:
    facts, one, other = status["facts"], ours.proposer, ours.approver
    ours.centre.run("node", "propose", facts["node_id"], JEPARA, "--as", one.username, person=one)
    wanted = [JEPARA, "--code", facts["match_code"]]
    ours.centre.run("node", "approve", facts["node_id"], *wanted, "--as", other.username, person=other)


def _killed() -> dict[str, Any]:
    """The service after `kill -9`: systemd starts it again, and it is healthy as before."""
    before = _run("systemctl", "show", "-p", "MainPID", "--value", "sinergi")
    _run("kill", "-9", before)

    def again() -> dict[str, Any] | None:
        pid = _run("systemctl", "show", "-p", "MainPID", "--value", "sinergi")
        return _status_of(0) if pid not in {"0", before} else None

    return _until(again)


def _status() -> tuple[int, dict[str, Any]]:
    """`sinergi status` as somebody without any right."""
    done = subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", SINERGI, "status", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout) if done.stdout else {}


def _status_of(code: int) -> dict[str, Any] | None:
    found, status = _status()
    return status if found == code else None


def _delivered() -> dict[str, Any] | None:
    """The status once the agent is healthy and the centre has its first snapshot."""
    status = _status_of(0)
    newest = status["facts"]["snapshot"] if status else None
    return status if newest and newest["state"] == "done" else None


def _until(look: Callable[[], Result | None]) -> Result:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if (seen := look()) is not None:
            return seen
        time.sleep(0.5)
    journal = _run("journalctl", "-u", "sinergi", "--no-pager", "-o", "cat")
    raise TimeoutError(f"waited in vain; status is {_status()}\n{journal}")


def _run(*command: str, fine: tuple[int, ...] = (0,)) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in fine:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout.strip()


if __name__ == "__main__":
    raise SystemExit(main())
