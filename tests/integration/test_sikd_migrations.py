"""The history of the database ends where the program's tables are, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

import sikd.app  # noqa: F401 - declares every table
from sikd import migrations
from sikd.database import Database, metadata, open_database
from sikd.errors import NotMigrated


@pytest.fixture
def empty(database_url: str) -> Iterator[Database]:
    database = open_database(database_url)
    yield database
    database.close()


def is_ours(name: str | None, kind: str, parents: object) -> bool:
    # The yearly partitions of lines and names are made by the migration alone.
    return kind != "table" or name is None or name in metadata.tables


def test_the_migrated_database_has_the_tables_of_the_program(empty: Database) -> None:
    migrations.migrate(empty)

    with empty.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": is_ours, "compare_type": True, "target_metadata": metadata}
        )
        differences = compare_metadata(context, metadata)

    assert differences == []


def test_migrating_again_changes_nothing(empty: Database) -> None:
    migrations.migrate(empty)

    assert migrations.migrate(empty) == (migrations.newest(), migrations.newest())


def test_an_empty_database_is_not_served(empty: Database) -> None:
    with empty.read() as connection, pytest.raises(NotMigrated):
        migrations.require_newest(connection)


def test_a_failing_migration_leaves_nothing_behind(empty: Database) -> None:
    with empty.begin() as connection:
        # The third migration meets a table of its own name.
        connection.execute(text("CREATE TABLE segments (x INTEGER)"))

    with pytest.raises(Exception, match="segments"):
        migrations.migrate(empty)

    with empty.read() as connection:
        assert migrations.current(connection) is None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_lines_are_partitioned_by_year_on_postgresql(empty: Database) -> None:
    migrations.migrate(empty)

    with empty.read() as connection:
        partitions = connection.execute(
            text(
                "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' AND relname ~ '^lines_'"
            )
        ).scalars()

        assert "lines_2026" in set(partitions)
