"""Rows that wear and tear leave in a table, made out of its good rows by the database itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.sample_pemda.database import Database


class Wear:
    """Copies and changes rows of one database; conditions and expressions are SQL that all engines know."""

    def __init__(self, database: Database, columns: Mapping[str, Iterable[str]]) -> None:
        self._database = database
        self._columns = columns

    def copy(self, table: str, where: str, into: str = "", **changes: str) -> None:
        """Copy rows of a table, or into another, with some columns given by expressions; keys are new."""
        named = self._database.dialect.named
        target = into or table
        known = set(self._columns[table])
        # The target's own key is left out, so that it numbers the copies itself.
        columns = [each for each in list(self._columns[target])[1:] if each in known or each in changes]
        values = [changes.get(column, named(column)) for column in columns]
        self._database.run(
            f"INSERT INTO {named(target)} ({', '.join(map(named, columns))}) "  # noqa: S608
            f"SELECT {', '.join(values)} FROM {named(table)} WHERE {where}"
        )

    def change(self, table: str, where: str, **changes: str) -> None:
        """Change rows of a table."""
        named = self._database.dialect.named
        written = ", ".join(f"{named(column)} = {value}" for column, value in changes.items())
        self._database.run(f"UPDATE {named(table)} SET {written} WHERE {where}")  # noqa: S608
