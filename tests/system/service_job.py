"""What happens in the guest: a Pemda installs the bundle with its ticket, and lives with it.

`python -m tests.system.service_job` is run at each of two boots, keeps what was seen in /result/seen.json,
and changes the machine it runs on.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.sample_pemda import Budget, write_wp_sipd
from tests.system.guest import (
    current,
    healthy_again,
    install,
    main_pid,
    run,
    status,
    status_of,
    until,
)
from tests.system.officers import map_node, ticket
from tests.world import scene
from tests.world.programs import WAITING, Centre
from tests.world.scene import JEPARA, TAHUN

RESULT = Path("/result")
SEEN = RESULT / "seen.json"
HOME = Path("/srv/contoh")
DATABASE, TICKET = HOME / "sipd.db", HOME / "tiket.txt"
DROP_IN = Path("/etc/systemd/system/sinergi.service.d/test.conf")
DROP_INS = Path("/opt/sinergi/current/share/systemd")
STATE = Path("/var/lib/sinergi")


def main() -> int:
    """One boot: the first installs and is disturbed, the second upgrades and takes leave."""
    if not SEEN.exists():
        seen = first_boot()
        (RESULT / "reboot").touch()
    else:
        seen = json.loads(SEEN.read_text())
        seen |= second_boot(seen["port"])
    SEEN.write_text(json.dumps(seen))
    return 0


def first_boot() -> dict[str, Any]:
    """From a bare server to a delivered budget, and through two accidents."""
    HOME.mkdir(parents=True)
    with closing(sqlite3.connect(DATABASE)) as connection:
        write_wp_sipd(connection, Budget(JEPARA, TAHUN))
    with scene(HOME) as ours:
        ours.open_centre()
        TICKET.write_text(ticket(ours))
        check = install("old", "--check", "--ticket-file", str(TICKET))
        began = time.monotonic()
        install(
            "old", "--yes", "--ticket-file", str(TICKET), "--", "--tahun", str(TAHUN),
            "--application", "wp-sipd", "--engine", "sqlite", "--database", str(DATABASE), fine=(WAITING,),
        )  # fmt: skip
        waiting, installed = status()[1], time.monotonic()
        map_node(ours, waiting["facts"])
        connected = until(lambda: status_of(0))
        seen = {
            "port": ours.centre.port,
            "check": check,
            "seconds_to_registered": round(installed - began, 1),
            "seconds_to_connected": round(time.monotonic() - began, 1),
            "waiting": waiting,
            "connected": connected,
            "delivered": until(delivered),
        }
        seen |= accidents()
        seen["again"] = install("old", "--yes", "--ticket-file", str(TICKET))
        seen["same_process"] = main_pid() == seen["pid"]
        seen["verified"] = verified()
        seen["exposure"] = run("systemd-analyze", "security", "sinergi").splitlines()[-1]
    return seen


def accidents() -> dict[str, Any]:
    """`kill -9`, then a daemon that hangs; each time the service comes back by itself."""
    DROP_IN.parent.mkdir(exist_ok=True)
    DROP_IN.write_text("[Service]\nRestartSec=1\nWatchdogSec=10\n")
    run("systemctl", "daemon-reload")
    run("systemctl", "restart", "sinergi")
    first = main_pid()
    until(lambda: status_of(0))
    run("kill", "-9", first)
    killed = healthy_again(first)
    second = main_pid()
    run("kill", "-STOP", second)
    hung = healthy_again(second)
    said = run("journalctl", "-u", "sinergi", "--no-pager", "-o", "cat", "-g", "[Ww]atchdog")
    return {"after_kill": killed, "after_hanging": hung, "watchdog": said, "pid": main_pid()}


def second_boot(port: int) -> dict[str, Any]:
    """Healthy after a reboot; a good upgrade, two bad ones, and the way out and back in."""
    centre = Centre(HOME / "centre", port=port)
    centre.start()
    try:
        seen: dict[str, Any] = {"after_reboot": until(lambda: status_of(0)), "old": current()}
        seen["upgraded"], seen["new"] = install("new", "--yes"), current()
        seen["kept"] = builds()
        for broken in ("no-import", "no-start"):
            said = install(broken, "--yes", "--patience", "30", fine=(1,))
            seen[broken] = {"said": said, "current": current(), "status": status()[0], "builds": builds()}
        seen["rolled_back"], seen["earlier"] = install("new", "rollback", "--yes"), current()
        seen |= leave_and_return()
    finally:
        centre.stop()
    return seen


def verified() -> str:
    """What systemd finds wrong with the unit and all the drop-ins that come with it."""
    added = [Path(shutil.copy(each, DROP_IN.parent)) for each in DROP_INS.glob("*.conf")]
    run("systemctl", "daemon-reload")
    said = run("sh", "-c", "systemd-analyze verify sinergi.service 2>&1 | grep -i sinergi || :")
    for each in added:
        each.unlink()
    run("systemctl", "daemon-reload")
    return said


def builds() -> list[str]:
    """Every build that lies on this server."""
    return sorted(path.name for path in Path("/opt/sinergi/versions").iterdir())


def leave_and_return() -> dict[str, Any]:
    """Uninstalled, installed again as the same node, and removed with all that it was."""
    install("new", "uninstall", "--yes")
    left = [str(path) for path in (Path("/opt/sinergi"), Path("/usr/local/bin/sinergi")) if path.exists()]
    kept = sorted(path.name for path in STATE.iterdir())
    said = install("new", "--yes")
    back = status()
    install("new", "uninstall", "--purge", "--yes")
    gone = not STATE.exists() and not Path("/etc/sinergi").exists()
    return {"left_behind": left, "state_kept": kept, "reinstalled": said, "back": back, "purged": gone}


def delivered() -> dict[str, Any] | None:
    """The status once the centre has the first snapshot."""
    report = status_of(0)
    newest = report["facts"]["snapshot"] if report else None
    return report if newest and newest["state"] == "done" else None


if __name__ == "__main__":
    raise SystemExit(main())
