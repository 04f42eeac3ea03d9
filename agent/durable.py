"""A small SQLite database that survives a power cut: what was committed is on the disk.

WAL with `synchronous=FULL`: every commit is synced before it returns. Foreign errors end here.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from agent.errors import StorageDamaged, StorageError, StorageNewer, StorageUnwritable
from contract.text import T

_BUSY_SECONDS = 20.0
_NOT_A_DATABASE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class Durable:
    """One database file, shared by the threads of this process and by other processes.

    One that is only looked at must be there already, and not a byte of it or beside it changes.
    """

    def __init__(self, path: Path, *, schema: str, version: int, only_look: bool = False) -> None:
        self.path = path
        self._lock = RLock()
        with _explained(path):
            if only_look:
                self._connection = _look_at(path)
                self._require_not_newer(version)
                return
            self._connection = _open(path)
            self._connection.execute("PRAGMA auto_vacuum = FULL")
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA foreign_keys = ON")
        self._install(schema, version)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is on the disk when this returns, or nothing of it is."""
        with self._lock, _explained(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.commit()
            except BaseException:
                self._connection.rollback()
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for statements that change nothing."""
        with self._lock, _explained(self.path):
            yield self._connection

    def check(self) -> None:
        """Raise StorageDamaged where the file's structure does not hold (reads all of it)."""
        with self.reading() as connection:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise _damaged(self.path)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def _install(self, schema: str, version: int) -> None:
        self._require_not_newer(version)
        if self._version() == version:
            return
        with self.writing() as connection:
            # Asked again: another process may have been first.
            if self._version() == 0:
                for statement in schema.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {version:d}")

    def _require_not_newer(self, version: int) -> None:
        if self._version() > version:
            raise StorageNewer(
                T("{path} was written by a newer version of sinergi.", path=self.path),
                remedy=T("Install the newer version again; it can be upgraded, not downgraded."),
            )

    def _version(self) -> int:
        with self.reading() as connection:
            return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _open(path: Path) -> sqlite3.Connection:
    # Made before SQLite makes it, so that it is never readable by others, whatever the umask.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    return sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _look_at(path: Path) -> sqlite3.Connection:
    # Without a log beside it nobody writes, and SQLite need not make the files that readers agree by.
    settled = "" if path.with_name(f"{path.name}-wal").exists() else "&immutable=1"
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro{settled}",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _translated(path, error) from error
    except OSError as error:
        raise _unwritable(path, error.strerror or type(error).__name__) from error


def _translated(path: Path, error: sqlite3.DatabaseError) -> StorageError:
    kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if kind in _NOT_A_DATABASE:
        return _damaged(path)
    return _unwritable(path, str(error))


def _damaged(path: Path) -> StorageDamaged:
    return StorageDamaged(
        T("{path} is damaged.", path=path),
        remedy=T("Check the disk, move this file to another folder, and start the agent again."),
    )


def _unwritable(path: Path, why: str) -> StorageUnwritable:
    return StorageUnwritable(
        T("{path} cannot be used: {why}.", path=path, why=why),
        remedy=T(
            "Check free space and ownership of {folder}; it belongs to the service user.", folder=path.parent
        ),
    )
