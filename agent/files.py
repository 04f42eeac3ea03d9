"""Files that are whole or not there at all, and that nobody else can read."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from agent.errors import VaultExposed
from contract.text import T, Text


def synced_write(path: Path, data: bytes, *, mode: int) -> None:
    """Replace a file's content in one step; it is on the disk when this returns."""
    draft = _draft(path, data, mode)
    try:
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def made_once(path: Path, data: bytes, *, mode: int) -> None:
    """Make a file, whole from its first moment; one that is there already is left as it is."""
    draft = _draft(path, data, mode)
    try:
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()
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


def _draft(path: Path, data: bytes, mode: int) -> Path:
    """The data in a file of its own beside `path`, synced; mkstemp makes it 0600 from the start."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with open(handle, "wb") as file:  # noqa: PTH123 - the handle is open already
        file.write(data)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
    return Path(name)


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
