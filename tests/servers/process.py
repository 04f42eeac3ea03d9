"""Running a server as a user that is not root, in a folder that only it and root can enter."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

PATIENCE_SECONDS = 60


def private_folder(owner: str) -> Path:
    """A new folder for a server; short, because a unix socket's path is at most 107 bytes long."""
    folder = Path(tempfile.mkdtemp(prefix="sinergi-db-"))
    if os.geteuid() == 0:
        known = pwd.getpwnam(owner)
        os.chown(folder, known.pw_uid, known.pw_gid)
    return folder


def as_user(owner: str, command: Sequence[str | Path]) -> list[str]:
    """The command line that runs as `owner` when we are root, since some servers refuse to run as root."""
    user = [f"--reuid={owner}", f"--regid={owner}", "--clear-groups"] if os.geteuid() == 0 else []
    # A server does not outlive tests that were killed.
    return ["setpriv", "--pdeathsig=TERM", *user, *(str(part) for part in command)]


def run(owner: str, command: Sequence[str | Path], folder: Path) -> None:
    """Run to the end, and show the output where it fails."""
    done = subprocess.run(
        as_user(owner, command),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=_environment(folder),
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}\n{done.stderr}")


def start(owner: str, command: Sequence[str | Path], folder: Path) -> subprocess.Popen[bytes]:
    """Start a server; its output goes to `log` in its folder."""
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            as_user(owner, command), cwd=folder, stdout=log, stderr=log, env=_environment(folder),
            start_new_session=True,
        )  # fmt: skip


def wait_until(ready: Callable[[], object], server: subprocess.Popen[bytes], folder: Path) -> None:
    """Try until `ready` raises nothing any more."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            ready()
            return
        except Exception as error:
            if server.poll() is not None or time.monotonic() > deadline:
                log = (folder / "log").read_text(errors="replace")[-3000:]
                raise RuntimeError(f"the server did not start: {error}\n{log}") from error
            time.sleep(0.05)


def stop(server: subprocess.Popen[bytes], folder: Path) -> None:
    """End the server and remove its folder."""
    server.terminate()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait(20)
    # Hundreds of databases are a hundred thousand files: `rm` needs half the time of shutil.
    subprocess.run(["rm", "-rf", folder], check=False)


def free_port() -> int:
    """A port of loopback that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def closed_port() -> Iterator[int]:
    """A port of loopback that is taken and refuses every connection, until the block ends."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def program(name: str, *folders: str) -> Path | None:
    """Where a program is, also in folders that are not on the path; the newest version first."""
    if found := shutil.which(name):
        return Path(found)
    candidates = [path for pattern in folders for path in Path("/").glob(f"{pattern.lstrip('/')}/{name}")]
    return max(candidates, default=None)


def _environment(folder: Path) -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
