"""A small SQLite database that survives a power cut: what was committed is on the disk.

WAL with `synchronous=FULL`: every commit is synced before it returns. Foreign errors end here.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import RLock

from agent.errors import StorageDamaged, StorageNewer
from agent.storage.disk import refused, refused_to_sqlite
from contract.text import T, Text

_BUSY_SECONDS = 20.0
_NOT_A_DATABASE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class Durable:
    """One database file, shared by the threads of this process and by other processes.

    One that is only looked at must be there already, and not a byte of it or beside it changes. `remedy` says
    what a person does where it is damaged.
    """

    def __init__(
        self, path: Path, *, schema: str, version: int, remedy: Text, only_look: bool = False
    ) -> None:
        self.path, self._remedy = path, remedy
        self.damaged = False
        """Whether this file was once not what was written; `check` gives a second opinion."""
        self._lock, self._only_look = RLock(), only_look
        with self._explained():
            self._connection = _look_at(path) if only_look else _open(path)
            self._identity = _identity(path)
        with ExitStack() as unless_usable:
            unless_usable.callback(self._connection.close)
            self._require_not_newer(version)
            if not only_look:
                self._set_up()
                self._install(schema, version)
            unless_usable.pop_all()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is on the disk when this returns, or nothing of it is."""
        with self._lock, self._explained():
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
        with self._lock, self._explained():
            try:
                yield self._connection
            except (ValueError, TypeError) as error:
                # What was written can be read back; what cannot was changed by something else.
                raise _Garbled from error

    def check(self) -> None:
        """Raise StorageDamaged where the file's structure does not hold (reads all of it)."""
        with self.reading() as connection:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise self._damage()

    def was_replaced(self) -> bool:
        """Whether another file lies where this one was opened: restored by a person, or on another disk."""
        try:
            return _identity(self.path) != self._identity
        except OSError:
            return False  # nothing lies there: what is open is still all there is

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            if _tells_of_damage(error):
                raise self._damage() from error
            raise refused_to_sqlite(self.path, error, may_try=not self._only_look) from error
        except OSError as error:
            raise refused(self.path, error) from error

    def _damage(self) -> StorageDamaged:
        self.damaged = True
        return StorageDamaged(T("{path} is damaged.", path=self.path), remedy=self._remedy)

    def _set_up(self) -> None:
        with self.reading() as connection:
            connection.execute("PRAGMA auto_vacuum = FULL")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")

    def _install(self, schema: str, version: int) -> None:
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


def _tells_of_damage(error: sqlite3.DatabaseError) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        # Then it is Python that could not make text of what lies there.
        return isinstance(error, sqlite3.OperationalError)
    return code & 0xFF in _NOT_A_DATABASE


class _Garbled(sqlite3.DatabaseError):
    """A value that SQLite gives back in good faith cannot have been written so."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


def _open(path: Path) -> sqlite3.Connection:
    # Made before SQLite makes it, so that it is never readable by others, whatever the umask. One that is
    # there must not be opened here: closing it again would let go of the locks that this process holds on it.
    if not path.exists():
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    return sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


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
