"""What a disk's refusal means, in words and with what to do."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from agent.storage.disk import refused, refused_to_sqlite

FILE = Path("/var/lib/sinergi/outbox.db")


@pytest.mark.parametrize(
    ("number", "why", "remedy"),
    [
        (errno.ENOSPC, "no space is left", "Free some space"),
        (errno.EDQUOT, "no space is left", "Free some space"),
        (errno.EROFS, "read-only", "fsck"),
        (errno.EIO, "reports errors", "checked or replaced"),
        (errno.EACCES, "no right", "service user"),
        (errno.ENOENT, "it is not there", "service user"),
    ],
)
def test_the_system_says_why(number: int, why: str, remedy: str) -> None:
    error = refused(FILE, OSError(number, os.strerror(number)))

    assert why in str(error.problem)
    assert remedy in str(error.remedy)
    assert str(FILE) in str(error.problem)


def failed_with(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = code
    return error


def test_what_sqlite_does_not_say_the_disk_is_asked_for(tmp_path: Path) -> None:
    absent = tmp_path / "absent" / "outbox.db"

    error = refused_to_sqlite(absent, failed_with(sqlite3.SQLITE_IOERR), may_try=True)

    assert "it is not there" in str(error.problem)


def test_a_disk_that_takes_everything_leaves_it_at_what_sqlite_says(tmp_path: Path) -> None:
    error = refused_to_sqlite(tmp_path / "outbox.db", failed_with(sqlite3.SQLITE_IOERR), may_try=True)

    assert "as SQLite says it" in str(error.problem)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_another_program_holds_is_no_fault_of_the_disk(tmp_path: Path) -> None:
    error = refused_to_sqlite(tmp_path / "outbox.db", failed_with(sqlite3.SQLITE_BUSY), may_try=True)

    assert "another program holds it" in str(error.problem)
