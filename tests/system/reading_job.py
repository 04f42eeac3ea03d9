"""What happens in the guest: the installed service reads every engine, its vault sealed to this machine.

`python -m tests.system.reading_job` keeps what was seen in /result/seen.json, and changes the machine it
runs on.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from connectors.interface import Access
from tests.filled import in_server, in_sqlite
from tests.sample_pemda import Budget
from tests.servers import Server
from tests.servers.mariadb import MariaDb
from tests.servers.postgresql import Postgresql
from tests.system.guest import healthy_again, install, main_pid, run, status, status_of, until
from tests.system.officers import map_node, ticket
from tests.world import scene
from tests.world.programs import WAITING, secret_file
from tests.world.scene import TAHUN, Scene

SEEN = Path("/result/seen.json")
HOME = Path("/srv/contoh")
SETTINGS = Path("/etc/sinergi/agent.toml")
UNIT = Path("/etc/systemd/system/sinergi.service")
PYTHON = "/opt/sinergi/current/bin/python3"
DROP_INS = Path("/opt/sinergi/current/share/systemd")
VAULT_KEY = Path("/var/lib/sinergi/vault.key")
HOST_KEY = Path("/var/lib/systemd/credential.secret")
NO_SUCH_PORT = 1
ORACLE = f"""
import oracledb
oracledb.enable_thin_mode()
try:
    oracledb.connect(user="contoh", password="contoh", host="127.0.0.1", port={NO_SUCH_PORT}, sid="contoh")
except oracledb.Error as error:
    print(error)
"""


def main() -> int:
    """Install with a SQLite file, seal the vault, then let the service read one server after another."""
    HOME.mkdir(parents=True)
    # The unit hides /tmp, where the servers would keep their sockets.
    tempfile.tempdir = str(HOME)
    with scene(HOME) as ours, servers() as others:
        install_with_sqlite(ours)
        seen: dict[str, Any] = {"sqlite": until(lambda: delivered("sqlite", before=""))}
        seen |= sealed_vault()
        for name, access in accesses(others):
            seen[name] = delivered_from(access, ours)
        seen["drop_ins"] = run("systemctl", "show", "-p", "DropInPaths", "--value", "sinergi")
        seen["oracle"] = as_the_service(ORACLE)
    SEEN.write_text(json.dumps(seen))
    return 0


@contextmanager
def servers() -> Iterator[tuple[Server, ...]]:
    """A MariaDB and a PostgreSQL, whose sockets the service can reach as it can those of /run."""
    started: tuple[Server, ...] = (MariaDb.started(), Postgresql.started())
    for socket in (Path(server.socket) for server in started):
        (socket if socket.is_dir() else socket.parent).chmod(0o711)
    try:
        yield started
    finally:
        for server in started:
            server.stop()


def accesses(others: tuple[Server, ...]) -> Iterator[tuple[str, Access]]:
    """Each server by TCP and by its socket, with another budget each time."""
    seed = 1
    for server in others:
        for road, host in (("tcp", server.host), ("socket", server.socket)):
            seed += 1
            access = in_server(server, "wp-sipd", Budget(jumlah_rincian=1000, seed=seed))
            yield f"{server.engine} {road}", replace(access, host=host)


def install_with_sqlite(ours: Scene) -> None:
    """The agent as a Pemda has it a minute after the installation."""
    ours.open_centre()
    access = in_sqlite(HOME / "sipd.db", "wp-sipd", Budget(jumlah_rincian=1000))
    paper = HOME / "tiket.txt"
    paper.write_text(ticket(ours))
    install(
        "this", "--yes", "--ticket-file", str(paper), "--", "--tahun", str(TAHUN),
        "--application", "wp-sipd", "--engine", "sqlite", "--database", access.database, fine=(WAITING,),
    )  # fmt: skip
    map_node(ours, status()[1]["facts"])


def sealed_vault() -> dict[str, Any]:
    """The vault's key goes from its file to a credential, by the commands that the drop-in itself gives."""
    for command in commands_in(DROP_INS / "vault-key.conf"):
        run("sh", "-c", f"cd {DROP_INS} && {command}")
    seen = {"sealed": restarted(), "key_files": [str(path) for path in (VAULT_KEY,) if path.exists()]}
    kept = HOST_KEY.rename(HOST_KEY.with_suffix(".elsewhere"))
    run("systemctl", "restart", "sinergi", fine=(1,))
    seen["on_another_machine"] = run("systemctl", "show", "-p", "ExecMainStatus", "--value", "sinergi")
    kept.rename(HOST_KEY)
    restarted()
    return seen


def restarted() -> dict[str, Any]:
    """The status once the service, started anew, is healthy."""
    before = main_pid()
    run("systemctl", "restart", "sinergi")
    return healthy_again(before)


def commands_in(drop_in: Path) -> list[str]:
    """What the comment at the top of a drop-in asks an administrator to type; root needs no sudo."""
    lines = re.findall(r"(?m)^#   (sudo .+?)(?: +#.*)?$", drop_in.read_text())
    return [line.replace("sudo ", "") for line in lines]


def delivered_from(access: Access, ours: Scene) -> dict[str, Any]:
    """The status once the service, led to another database, has brought what is in it to the centre."""
    before = status()[1]["facts"]["snapshot"]["snapshot_id"]
    lead_to(access, ours)
    return until(lambda: delivered(access.engine, before))


def lead_to(access: Access, ours: Scene) -> None:
    """Another finance database, which the service shall read every minute from now on."""
    given = {
        "centre-url": ours.centre.address, "tahun": TAHUN, "application": access.application,
        "engine": access.engine, "host": access.host, "port": access.port, "database": access.database,
        "user": access.user,
    }  # fmt: skip
    with secret_file(HOME, access.password) as file:
        given["password-file"] = file
        run("sinergi", "init", "--yes", "--force", *(f"--{name}={value}" for name, value in given.items()))
    if "[schedule]" not in SETTINGS.read_text():  # what was set once is kept by --force
        with SETTINGS.open("a") as settings:
            settings.write('[schedule]\nsnapshot = "every 1m"\n')
    run("systemctl", "restart", "sinergi")


def delivered(engine: str, before: str) -> dict[str, Any] | None:
    """The status once the centre has a snapshot from this engine, another one than `before`."""
    report = status_of(0)
    facts = report["facts"] if report else None
    newest = facts["snapshot"] if facts and facts["database"]["engine"] == engine else None
    return report if newest and newest["state"] == "done" and newest["snapshot_id"] != before else None


def as_the_service(program: str) -> str:
    """What a Python program says that runs once under every restriction of the installed unit."""
    file = HOME / "program.py"
    file.write_text(program)
    once = {"Type": "oneshot", "Restart": "no", "WatchdogSec": "0", "ExecStart": f"{PYTHON} -I {file}"}
    unit = UNIT.read_text()
    for name, value in once.items():
        unit = re.sub(rf"(?m)^{name}=.*$", f"{name}={value}", unit)
    UNIT.with_name("once.service").write_text(unit)
    run("systemctl", "daemon-reload")
    run("systemctl", "start", "once")
    return run("journalctl", "-u", "once", "--no-pager", "-o", "cat")


if __name__ == "__main__":
    raise SystemExit(main())
