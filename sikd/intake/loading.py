"""Writing a segment's lines into the table of lines, once for each segment: by COPY where PostgreSQL is."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any, cast

from sqlalchemy import Connection, Table

from contract.budget.line import KEY_FIELDS
from contract.budget.segment import read_names
from contract.wire.manifest import SegmentKind
from sikd.intake.tables import lines, names

_Row = tuple[str | int, ...]
_KEY = ("kode_pemda", "tahun_anggaran", "segment", "position")
_TABLES: dict[SegmentKind, tuple[Table, tuple[str, ...]]] = {
    SegmentKind.LINES: (lines, (*_KEY, *KEY_FIELDS, "nilai_sen")),
    SegmentKind.NAMES: (names, (*_KEY, "kind", "kode", "nama")),
}


def load(conn: Connection, kind: SegmentKind, plain: bytes, kode_pemda: str, tahun: int, sha256: str) -> None:
    """Write the lines or names of a segment that has been judged."""
    table, columns = _TABLES[kind]
    fields = _line_fields(plain) if kind is SegmentKind.LINES else _name_fields(plain)
    rows = ((kode_pemda, tahun, sha256, position, *row) for position, row in enumerate(fields))
    if conn.dialect.name == "postgresql":
        _copy(conn, table, columns, rows)
    else:
        _insert(conn, table, columns, rows)


def _copy(conn: Connection, table: Table, columns: tuple[str, ...], rows: Iterator[_Row]) -> None:
    statement = f"COPY {table.name} ({', '.join(columns)}) FROM STDIN"
    driver = cast("Any", conn.connection.driver_connection)
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _insert(conn: Connection, table: Table, columns: tuple[str, ...], rows: Iterator[_Row]) -> None:
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - our own names
    # The driver itself takes rows one at a time; a list of the largest segment's would fill 500 MB.
    cast("Any", conn.connection.driver_connection).executemany(statement, rows)


def _line_fields(plain: bytes) -> Iterator[_Row]:
    for row in BytesIO(plain):
        *key, amount = row.decode("ascii").rstrip("\n").split("\t")
        # Exactly two decimals, as judged: without its point an amount is whole sen.
        yield (*key, int(amount.replace(".", "")))


def _name_fields(plain: bytes) -> Iterator[_Row]:
    for name in read_names(plain):
        yield (name.kind.value, name.kode, name.nama)
