"""Files that are whole or not there at all, and that nobody else can read."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.errors import VaultExposed
from contract.text import T, Text


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Hold a file against other processes that ask for it so; the hold goes when this process does."""
    with path.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def synced_write(path: Path, data: bytes, *, mode: int) -> None:
    """Replace a file's content in one step; it is on the disk when this returns. One writer at a time."""
    # Always the same name: what a killed writer left there goes with the next writing.
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), "wb") as file:  # noqa: PTH123
        file.write(data)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
    draft.replace(path)
    _sync_folder(path.parent)


def require_private(path: Path) -> None:
    """Raise VaultExposed where a file is another user's or gives anyone else a right; absence is no fault."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if not path.is_file() or path.is_symlink():
        raise _exposed(path, T("it is no plain file"))
    if found.st_uid != os.geteuid():
        raise _exposed(path, T("it belongs to another user"))
    if found.st_mode & 0o077:
        raise _exposed(path, T("its rights are {mode}", mode=f"{found.st_mode & 0o777:04o}"))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _exposed(path: Path, why: Text) -> VaultExposed:
    return VaultExposed(
        T("{path} is not private: {why}.", path=path, why=why),
        remedy=T(
            "Give it to the service user with `chown` and `chmod 600`; replace its secrets if others read it."
        ),
    )
