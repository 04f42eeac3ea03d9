"""SQLite: a file, opened so that it cannot be changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from shlex import quote as quoted
from urllib.parse import quote

from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from connectors.engine import Rights
from connectors.failures import cannot_answer, file_unreadable, table_missing
from connectors.interface import Access, ConnectorError
from connectors.normalise import as_text
from connectors.session import Session

BUSY_SECONDS = 30


class Sqlite:
    """A SQLite file as a source."""

    name = "sqlite"
    many_groups = ""

    @contextmanager
    def open(self, access: Access) -> Iterator[Session]:
        """A deferred transaction that is pinned to the present by its first read."""
        path = Path(access.database)
        engine = create_engine("sqlite://", creator=lambda: _connect(path), poolclass=NullPool)
        try:
            connection = engine.connect()
        except SQLAlchemyError as error:
            raise _explain(error, path) from error
        with connection, closing(Session(connection, lambda error: _explain(error, path))) as session:
            for setting in ("PRAGMA query_only = ON", "PRAGMA trusted_schema = OFF", "BEGIN DEFERRED"):
                session.run(setting)
            session.one("SELECT COUNT(*) FROM sqlite_master")
            yield session

    def sen(self, amount: str) -> str:
        """Each row is rounded by itself, half a sen away from zero."""
        return f"COALESCE(SUM(CAST({_rounded(amount)} AS INTEGER)), 0)"

    def residue(self, amount: str) -> str:
        """Ten-thousandths of a rupiah beyond whole sen."""
        # Taken in rupiah, where an amount of whole sen is the very double that dividing gives back.
        return f"ABS(CAST(ROUND((({amount}) - {_rounded(amount)} / 100.0) * 10000) AS INTEGER))"

    def binary(self, text: str) -> str:
        """SQLite compares bytes unless a column says otherwise."""
        return f"CAST({text} AS TEXT) COLLATE BINARY"

    def joined(self, columns: Sequence[str]) -> str:
        """Columns as they are."""
        return ", ".join(columns)

    def version(self, session: Session) -> str:
        """The version of the SQLite library."""
        return f"SQLite {session.one('SELECT sqlite_version()')[0]}"

    def encrypted(self, access: Access, session: Session) -> bool | None:  # noqa: ARG002
        """A file crosses no network."""
        return None

    def rights(self, session: Session) -> Rights:  # noqa: ARG002
        """There are no accounts; the file was opened so that it cannot be written."""
        return Rights()

    def columns(self, session: Session, tables: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Columns by table, from the schema."""
        found = {}
        for table in tables:
            rows = session.all("SELECT lower(name) FROM pragma_table_info(:t)", {"t": table})
            if rows:
                found[table.lower()] = frozenset(str(name) for (name,) in rows)
        return found

    def torn_tables(self, session: Session, tables: Collection[str]) -> tuple[str, ...]:  # noqa: ARG002
        """Every table of a SQLite file is transactional."""
        return ()

    def grants_script(self, access: Access, tables: Collection[str]) -> str:  # noqa: ARG002
        """A file has no accounts, so a command of its owner gives the right to read it."""
        file = quoted(access.database)
        return f"chgrp sinergi {file} && chmod g+r,g-w {file}\n"


def _rounded(amount: str) -> str:
    """Whole sen of one row, as a double."""
    # 1.005 is stored a little too small to be half a sen; two units in the last place bring it back. From a
    # trillion rupiah on they would be more than noise.
    sen = f"({amount}) * 100"
    return f"ROUND({sen} * CASE WHEN ABS({amount}) < 1e12 THEN 1.0 + 4.440892098500626e-16 ELSE 1.0 END)"


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode=ro",
        uri=True,
        isolation_level=None,
        timeout=BUSY_SECONDS,
        check_same_thread=False,
    )
    connection.text_factory = as_text
    return connection


_UNREADABLE = ("unable to open", "locked", "disk I/O", "readonly", "not a database", "malformed")


def _explain(error: Exception, path: Path) -> ConnectorError:
    reason = str(getattr(error, "orig", error))
    if "no such table" in reason or "no such column" in reason:
        return table_missing(reason)
    if any(sign in reason for sign in _UNREADABLE):
        return file_unreadable(str(path), reason)
    return cannot_answer(reason)


ENGINE = Sqlite()
