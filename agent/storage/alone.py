"""The lock of the one agent that runs on a node's state; it ends with its process, however that ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TextIO

from agent.errors import AgentError
from agent.storage.disk import refused
from contract.text import T


class AlreadyRunning(AgentError):
    """Another agent runs on this node's state; two that check in would look like a copied node."""

    slug, code, retry_helps = "already-running", "SIKD-E452", True


def alone(state_dir: Path) -> TextIO:
    """The lock, to be kept as long as this process works; raises AlreadyRunning or StorageUnwritable."""
    lock = _opened(_file(state_dir))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise AlreadyRunning(
            T("The agent is running already."),
            remedy=T("`sinergi status` shows how it is; `sudo systemctl restart sinergi` starts it anew."),
        ) from error
    return lock


def still_alone(lock: TextIO | None, state_dir: Path) -> TextIO:
    """The lock that is held, or a new one where none was or its file is another now; raises as `alone`."""
    if lock is not None and _is_the_file(lock, _file(state_dir)):
        return lock
    return alone(state_dir)


def _opened(file: Path) -> TextIO:
    try:
        # A lock needs no writing, and a disk that has become read-only must not look like a second agent.
        return file.open() if file.exists() else file.open("w")
    except OSError as error:
        raise refused(file, error) from error


def _is_the_file(lock: TextIO, file: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(lock.fileno()), file.stat())
    except FileNotFoundError:
        return False


def somebody_runs(state_dir: Path) -> bool:
    """Whether an agent runs on this state."""
    try:
        with _file(state_dir).open() as lock:
            # Shared and let go at once, so that two commands that ask do not hinder each other.
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _file(state_dir: Path) -> Path:
    return state_dir / "running.lock"
