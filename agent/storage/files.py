"""Files that are whole or not there at all, and that nobody else can read."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from agent import system_words
from agent.errors import StorageUnwritable, VaultExposed
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


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: its length and hash."""

    size: int
    sha256: str


def write_all(file: BinaryIO, chunks: Iterable[bytes], *, path: Path) -> Written:
    """Write chunks to an open file, which is called `path` if that fails; raises StorageUnwritable."""
    digest, size = sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
        with _explained(path):
            file.write(chunk)
    with _explained(path):
        file.flush()
    return Written(size, digest.hexdigest())


@dataclass(frozen=True, slots=True)
class Draft:
    """A file for its owner alone, under a name of its own until it takes its place."""

    file: BinaryIO
    path: Path

    def take_place(self, target: Path, *, force: bool) -> bool:
        """Become `target`, whole and on the disk; False where that exists and nobody forces it."""
        with _explained(target):
            os.fsync(self.file.fileno())
            # Taken first, because a rename would replace whatever came there meanwhile; a link, which would
            # not, does not exist on the file system of a stick.
            if not force and not _taken(target):
                return False
            self.path.replace(target)
            _sync_folder(target.parent)
        return True


@contextmanager
def draft_in(folder: Path, owner: tuple[int, int] | None = None) -> Iterator[Draft]:
    """A draft beside the place that it is for; what has not taken its place goes with the block."""
    with _explained(folder):
        handle, name = tempfile.mkstemp(prefix=".sinergi-", suffix=".draft", dir=folder)
    try:
        with open(handle, "wb") as file:  # noqa: PTH123 - the descriptor is what only we can open
            if owner is not None:
                with suppress(PermissionError):  # a stick knows no owners
                    os.fchown(handle, *owner)
            yield Draft(file, Path(name))
    finally:
        Path(name).unlink(missing_ok=True)


def _taken(target: Path) -> bool:
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        return False
    return True


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageUnwritable(
            T("{path} cannot be written: {why}.", path=path, why=system_words.why(error)),
            remedy=T("Check free space and rights there, or name another folder."),
        ) from error


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
