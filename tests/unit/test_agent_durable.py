"""A database of the agent is its own: kept open, and told apart from one that takes its place."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agent.errors import StorageDamaged, StorageUnwritable
from agent.storage.durable import Durable
from contract.text import T

SCHEMA = "CREATE TABLE words (word TEXT)"
REMEDY = T("Check the disk.")
ANOTHER_PROGRAM = (
    "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM words'); c.close()"
)


def opened(file: Path) -> Durable:
    return Durable(file, schema=SCHEMA, version=1, remedy=REMEDY)


def words(file: Durable) -> list[str]:
    with file.reading() as connection:
        return [word for (word,) in connection.execute("SELECT word FROM words")]


def add(file: Durable, word: str) -> None:
    with file.writing() as connection:
        connection.execute("INSERT INTO words VALUES (?)", (word,))


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Durable]:
    with closing(opened(tmp_path / "words.db")) as file:
        yield file


def test_opening_it_again_lets_no_other_program_take_its_log_away(file: Durable) -> None:
    add(file, "before")
    with closing(opened(file.path)) as again:
        subprocess.run([sys.executable, "-c", ANOTHER_PROGRAM, str(file.path)], check=True)
        add(file, "after")

        assert words(again) == ["before", "after"]
    with closing(sqlite3.connect(file.path)) as another:
        assert another.execute("SELECT count(*) FROM words").fetchone() == (2,)


def test_another_file_in_its_place_is_noticed(file: Durable, tmp_path: Path) -> None:
    before = file.was_replaced()
    with closing(opened(tmp_path / "another.db")) as another:
        another.path.replace(file.path)

    assert (before, file.was_replaced()) == (False, True)


def test_a_file_that_is_gone_was_not_replaced(file: Durable) -> None:
    file.path.unlink()

    assert not file.was_replaced()


def test_what_cannot_have_been_written_is_damage(file: Durable) -> None:
    add(file, "number")

    with pytest.raises(StorageDamaged), file.reading() as connection:
        int(connection.execute("SELECT word FROM words").fetchone()[0])

    assert file.damaged


def test_text_that_is_no_text_is_damage(file: Durable) -> None:
    with file.writing() as connection:
        connection.execute("INSERT INTO words VALUES (CAST(x'ff' AS TEXT))")

    with pytest.raises(StorageDamaged):
        words(file)


def test_a_file_that_was_closed_is_not_taken_for_a_damaged_one(file: Durable) -> None:
    file.close()

    with pytest.raises(StorageUnwritable):
        words(file)
