"""One read-only conversation with a database: a statement goes in, rows come out, one result at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import NullType

from connectors.interface import ConnectorError, SourceContradicts, UnknownSource
from contract.text import T

Row = tuple[Any, ...]
Values = Mapping[str, object]
Explain = Callable[[Exception], ConnectorError]
Road = Callable[[Connection, TextClause], Generator[Row, None, None]]

PARTITION = 2000
MAX_ROWS = 5_000_000
"""More sums than any APBD has lines; a query that returns more has lost a condition."""


def streamed(connection: Connection, statement: TextClause) -> Generator[Row, None, None]:
    """The plain road: rows by a cursor of the server, some thousands at a time."""
    options = {"stream_results": True, "max_row_buffer": PARTITION}
    result = connection.execute(statement, execution_options=options)
    try:
        # Without its size, `partitions` would return everything as one partition.
        for part in result.partitions(PARTITION):
            yield from part
    finally:
        result.close()


class Session:
    """An open transaction; every foreign error leaves it as a ConnectorError."""

    def __init__(
        self, connection: Connection, explain: Explain, fast_road: Road = streamed,
        foreign: tuple[type[Exception], ...] = (),
    ) -> None:  # fmt: skip
        self._connection = connection
        self._explain = explain
        self._fast_road = fast_road
        self._foreign: tuple[type[Exception], ...] = (SQLAlchemyError, UnicodeError, OSError, *foreign)
        self._max_rows = MAX_ROWS
        self._stream: Generator[Row, None, None] | None = None

    def rows(self, sql: str, values: Values | None = None) -> Generator[Row, None, None]:
        """The rows of one SELECT by the engine's fast road, which may write numbers as text.

        The next result opens only once this one was read or closed.
        """
        return self._rows(self._fast_road, sql, values)

    def close(self) -> None:
        """Give up the result that was not read to its end, or the connection could not even roll back."""
        # The traceback of an error keeps its reader alive, and with it the driver's lock on the connection.
        if self._stream is not None:
            with self._explained():
                self._stream.close()

    def all(self, sql: str, values: Values | None = None) -> list[Row]:
        """All rows of a SELECT that returns few."""
        return list(self._rows(streamed, sql, values))

    def named(
        self, sql: str, values: Values | None = None, columns: Collection[str] = ()
    ) -> list[dict[str, Any]]:
        """All rows of a SELECT that returns few, by their columns in lower case; one missing is refused."""
        with self._explained():
            result = self._connection.execute(
                _bound(sql, values or {}), execution_options={"stream_results": True}
            )
            names = [name.lower() for name in result.keys()]  # noqa: SIM118 - a result is no mapping
            if lacking := sorted(set(columns) - set(names)):
                raise _lacks(lacking[0], names)
            return [dict(zip(names, row, strict=True)) for row in result]

    def one(self, sql: str, values: Values | None = None) -> Row:
        """The only row of a SELECT that always returns one."""
        (row,) = self.all(sql, values)
        return row

    def run(self, sql: str) -> None:
        """Run a statement without rows, such as a session setting."""
        with self._explained():
            self._connection.exec_driver_sql(sql).close()

    def _rows(self, road: Road, sql: str, values: Values | None) -> Generator[Row, None, None]:
        # Two streams on one PyMySQL connection silently cut off the first: a second is a mistake of ours.
        if self._stream is not None:
            raise RuntimeError("a result of this session is still open")
        self._stream = road(self._connection, _bound(sql, values or {}))
        try:
            with self._explained(), closing(self._stream):
                for count, row in enumerate(self._stream):
                    if count >= self._max_rows:
                        raise _too_many(self._max_rows)
                    yield row
        finally:
            self._stream = None

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except self._foreign as error:
            raise self._explain(error) from error


def _bound(sql: str, values: Values) -> TextClause:
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
