"""One read-only conversation with a database: a statement goes in, rows come out, one result at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import NullType

from connectors.interface import ConnectorError, SourceContradicts, UnknownSource
from contract.text import T

Row = tuple[Any, ...]
Explain = Callable[[Exception], ConnectorError]

PARTITION = 2000
MAX_ROWS = 5_000_000
"""More sums than any APBD has lines; a query that returns more has lost a condition."""


class Session:
    """An open transaction; every foreign error leaves it as a ConnectorError."""

    def __init__(self, connection: Connection, explain: Explain, max_rows: int = MAX_ROWS) -> None:
        self._connection = connection
        self._explain = explain
        self._max_rows = max_rows
        self._reading = False

    def rows(self, sql: str, values: Mapping[str, object] | None = None) -> Generator[Row, None, None]:
        """The rows of one SELECT, streamed; the next result opens only once this one was read or closed."""
        # Two streams on one PyMySQL connection silently cut off the first: a second is a mistake of ours.
        if self._reading:
            raise RuntimeError("a result of this session is still open")
        self._reading = True
        try:
            yield from self._stream(sql, values or {})
        finally:
            self._reading = False

    def all(self, sql: str, values: Mapping[str, object] | None = None) -> list[Row]:
        """All rows of a SELECT that returns few."""
        return list(self.rows(sql, values))

    def named(
        self, sql: str, values: Mapping[str, object] | None = None, columns: Collection[str] = ()
    ) -> list[dict[str, Any]]:
        """All rows of a SELECT that returns few, by their columns in lower case; one missing is refused."""
        with self._explained():
            result = self._connection.execute(_bound(sql, values or {}))
            names = [name.lower() for name in result.keys()]  # noqa: SIM118 - a result is no mapping
            if lacking := sorted(set(columns) - set(names)):
                raise _lacks(lacking[0], names)
            return [dict(zip(names, row, strict=True)) for row in result]

    def one(self, sql: str, values: Mapping[str, object] | None = None) -> Row:
        """The only row of a SELECT that always returns one."""
        (row,) = self.all(sql, values)
        return row

    def run(self, sql: str) -> None:
        """Run a statement without rows, such as a session setting."""
        with self._explained():
            self._connection.exec_driver_sql(sql).close()

    def _stream(self, sql: str, values: Mapping[str, object]) -> Iterator[Row]:
        with self._explained():
            result = self._connection.execute(
                _bound(sql, values),
                execution_options={"stream_results": True, "max_row_buffer": PARTITION},
            )
            count = 0
            try:
                # Without its size, `partitions` would return everything as one partition.
                for part in result.partitions(PARTITION):
                    count += len(part)
                    if count > self._max_rows:
                        raise _too_many(self._max_rows)
                    yield from part
            finally:
                result.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, UnicodeError, OSError) as error:
            raise self._explain(error) from error


def _bound(sql: str, values: Mapping[str, object]) -> Any:
    statement = text(sql)
    asked = statement.compile().params
    if unknown := sorted(set(asked) - set(values)):
        raise UnknownSource(
            T("A query of the source asks for :{name}, which the agent does not know.", name=unknown[0]),
            remedy=T("Use only :tahun and :tahapan in the queries of a source."),
        )
    # An untyped value takes the type of the column it is compared with, on every engine.
    return statement.bindparams(*(bindparam(name, values[name], type_=NullType()) for name in asked))


def _lacks(column: str, names: Collection[str]) -> UnknownSource:
    return UnknownSource(
        T("A query of the source returns {names}, but no {column}.", names=", ".join(names), column=column),
        remedy=T("docs/writing-a-connector.md says what each query returns."),
    )


def _too_many(limit: int) -> SourceContradicts:
    return SourceContradicts(
        T("A query of the source returns more than {limit} rows.", limit=limit),
        remedy=T("Check that the query joins its tables on all of their keys."),
    )
