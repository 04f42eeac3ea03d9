"""Why a disk refuses, in words and with what to do; what the system and SQLite say of it is translated here.

SQLite does not hand on what the system has told it, so where it was refused the disk is asked once more.
"""

from __future__ import annotations

import errno
import sqlite3
import tempfile
from pathlib import Path

from agent import system_words
from agent.errors import StorageUnwritable
from contract.text import T, Text

_ENOUGH_TO_TELL = 64 * 1024
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_HELD = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def has_no_room(error: OSError) -> bool:
    """Whether it is only space that is lacking."""
    return error.errno in _NO_ROOM


def is_refusal(error: OSError) -> bool:
    """Whether the disk refuses to be written at all, whatever the file."""
    return error.errno in {*_NO_ROOM, errno.EROFS, errno.EIO}


def refused(path: Path, error: OSError) -> StorageUnwritable:
    """What the system's refusal of a file means."""
    if error.errno in _NO_ROOM:
        return _no_room(path)
    if error.errno == errno.EROFS:
        return _read_only(path)
    if error.errno == errno.EIO:
        return _failing(path)
    return _unusable(path, system_words.why(error), _usual_remedy(path))


def refused_to_sqlite(path: Path, error: sqlite3.DatabaseError, *, may_try: bool) -> StorageUnwritable:
    """What SQLite's failure with a file means; a folder that may only be looked at is not tried again."""
    kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if kind in _HELD:
        return _unusable(path, T("another program holds it"), _usual_remedy(path))
    if may_try and (again := refusal_of(path.parent)) is not None:
        return refused(path, again)
    if kind == sqlite3.SQLITE_FULL:
        return _no_room(path)
    return _unusable(path, str(error), _usual_remedy(path))


def refusal_of(folder: Path) -> OSError | None:
    """What the system says when a small file is written here, which is gone again at once."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(_ENOUGH_TO_TELL))
            file.flush()
    except OSError as error:
        return error
    return None


def _no_room(path: Path) -> StorageUnwritable:
    return _unusable(
        path,
        T("no space is left on its disk"),
        T(
            "Free some space on the disk of {folder}. Nothing that was queued is lost; a running agent goes"
            " on by itself.",
            folder=path.parent,
        ),
    )


def _read_only(path: Path) -> StorageUnwritable:
    return _unusable(
        path,
        T("its disk is read-only"),
        T(
            "Make the disk of {folder} writable again; if it became read-only by itself, have it checked"
            " first (fsck). Nothing that was queued is lost; a running agent goes on by itself.",
            folder=path.parent,
        ),
    )


def _failing(path: Path) -> StorageUnwritable:
    return _unusable(
        path,
        T("its disk reports errors"),
        T("Save what is in {folder} and have the disk checked or replaced.", folder=path.parent),
    )


def _unusable(path: Path, why: Text | str, remedy: Text) -> StorageUnwritable:
    return StorageUnwritable(T("{path} cannot be used: {why}.", path=path, why=why), remedy=remedy)


def _usual_remedy(path: Path) -> Text:
    return T(
        "Check free space and ownership of {folder}; it belongs to the service user.", folder=path.parent
    )
