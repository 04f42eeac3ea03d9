"""One database behind every stage: SQLite in a file, or PostgreSQL by its address.

Stages declare their tables on `metadata`; `kode_pemda` leads every key of what belongs to a Pemda.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
    make_url,
)

from sikd.errors import Remembered

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=_NAMES)
_BUSY_MS = 30_000
_POOL = 20
_READING: dict[str, dict[str, Any]] = {
    "sqlite": {"sikd_reads_only": True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


class Moment(TypeDecorator[datetime]):
    """An instant: aware on both sides, kept in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC; without its zone for SQLite, which has no type for it."""
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The aware instant that was stored."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Database:
    """The centre's database; a transaction is a `with` block: commit at its end, rollback on an error."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._readers = engine.execution_options(**_READING[engine.dialect.name])

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that may write; on SQLite it waits for its turn first, and never fails half-way."""
        with self.engine.connect() as connection, connection.begin() as transaction:
            try:
                yield connection
            except Remembered:
                transaction.commit()
                raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads, sees one instant throughout, and waits for no writer."""
        with self._readers.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """The database at a SQLAlchemy URL, `sqlite:///…` or `postgresql://…`."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return Database(_sqlite(address))
    if address.get_backend_name() == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    return Database(create_engine(address, pool_size=_POOL, max_overflow=_POOL, pool_pre_ping=True))


def _sqlite(address: URL) -> Engine:
    engine = create_engine(
        address, pool_size=_POOL, max_overflow=_POOL, connect_args={"check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: object, record: object) -> None:  # noqa: ARG001
        # The driver would begin transactions late, on the first write; they are begun below instead.
        connection.isolation_level = None  # type: ignore[attr-defined]
        for setting in (
            f"busy_timeout = {_BUSY_MS}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {setting}")  # type: ignore[attr-defined]

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads_only = connection.get_execution_options().get("sikd_reads_only", False)
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")

    return engine
