"""Looking at the service from inside the guest, as an operator would."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

PATIENCE_SECONDS = 200
Result = TypeVar("Result")


def run(*command: str, fine: tuple[int, ...] = (0,)) -> str:
    """What a command prints; raises where it ends otherwise than it may."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in fine:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout.strip()


def install(build: str, *options: str, fine: tuple[int, ...] = (0,)) -> str:
    """Run the installer of a build."""
    return run("sh", f"/bundles/{build}.run", *options, fine=fine)


def status() -> tuple[int, dict[str, Any]]:
    """`sinergi status` as somebody without any right."""
    done = subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sinergi", "status", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout) if done.stdout else {}


def status_of(code: int) -> dict[str, Any] | None:
    """The status if its exit code is this one."""
    found, report = status()
    return report if found == code else None


def main_pid() -> str:
    """The process of the service; "0" where it does not run."""
    return run("systemctl", "show", "-p", "MainPID", "--value", "sinergi")


def healthy_again(before: str) -> dict[str, Any]:
    """The status once another process than `before` runs, and is healthy."""
    return until(lambda: status_of(0) if main_pid() not in {"0", before} else None)


def current() -> str:
    """The build that runs."""
    return Path("/opt/sinergi/current").readlink().name


def until(look: Callable[[], Result | None]) -> Result:
    """What `look` finds, once it finds something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if (seen := look()) is not None:
            return seen
        time.sleep(0.5)
    journal = run("journalctl", "-u", "sinergi", "--no-pager", "-o", "cat")
    raise TimeoutError(f"waited in vain; status is {status()}\n{journal}")
