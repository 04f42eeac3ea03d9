"""PostgreSQL, through psycopg."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, TextClause, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from connectors.engine import ACCOUNT, PASSWORD, Rights
from connectors.failures import (
    cannot_answer,
    database_refused,
    login_refused,
    table_missing,
    tls_refused,
    took_too_long,
    unreachable,
)
from connectors.interface import Access, ConnectorError, SourceContradicts
from connectors.session import Row, Session
from contract.text import T

DEFAULT_PORT = 5432
CONNECT_SECONDS = 10
STATEMENT_SECONDS = 1800
LOCK_SECONDS = 60

_SETTINGS = (
    f"SET LOCAL statement_timeout = '{STATEMENT_SECONDS}s'",
    f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'",
    # The agent pauses while it writes an SKPD away.
    "SET LOCAL idle_in_transaction_session_timeout = 0",
    # A cursor is planned for its first tenth unless told that all of it will be read.
    "SET LOCAL cursor_tuple_fraction = 1",
    # Doubles are written with every digit they have; servers before 12 would stop at 15.
    "SET LOCAL extra_float_digits = 3",
    "SET LOCAL work_mem = '64MB'",
    # Compiling took half of the time that a million rincian took; servers before 11 do not know the setting.
    "SELECT set_config('jit', 'off', true) FROM pg_settings WHERE name = 'jit'",
)
_POWERS = {
    "superuser": "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)",
    "pg_write_server_files": "pg_has_role(current_user, 'pg_write_server_files', 'MEMBER')",
    "pg_execute_server_program": "pg_has_role(current_user, 'pg_execute_server_program', 'MEMBER')",
}
_WRITES = """
    SELECT c.oid::regclass::text
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p')
      AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
      AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
    ORDER BY 1
"""


class Postgresql:
    """A PostgreSQL server as a source."""

    name = "postgresql"
    many_groups = ""

    @contextmanager
    def open(self, access: Access) -> Iterator[Session]:
        """A repeatable-read, read-only transaction; its snapshot is that of its first query."""
        engine = create_engine("postgresql+psycopg://", creator=lambda: _connect(access), poolclass=NullPool)
        try:
            connection = engine.connect().execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        except (SQLAlchemyError, OSError) as error:
            raise _explain(error, access) from error
        session = Session(connection, lambda error: _explain(error, access), copied, (psycopg.Error,))
        with connection, closing(session):
            for setting in _SETTINGS:
                session.run(setting)
            self._require_isolation(session)
            yield session

    def _require_isolation(self, session: Session) -> None:
        found = session.one(
            "SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')"
        )
        if tuple(found) != ("repeatable read", "on"):
            raise SourceContradicts(
                T("The server did not take the isolation that was asked for: {found}.", found=found),
                remedy=T("Connect to the server itself instead of a proxy."),
            )

    def sen(self, amount: str) -> str:
        """Each row is rounded as a decimal."""
        return f"CAST(COALESCE(SUM({_decimal(amount, 2)}), 0) * 100 AS bigint)"

    def residue(self, amount: str) -> str:
        """Ten-thousandths of a rupiah beyond whole sen."""
        return f"CAST(ABS({_decimal(amount, 4)} - {_decimal(amount, 2)}) * 10000 AS bigint)"

    def binary(self, text: str) -> str:
        """The text in the collation that compares bytes."""
        return f'(CAST({text} AS text) COLLATE "C")'

    def joined(self, columns: Sequence[str]) -> str:
        """Columns as they are."""
        return ", ".join(columns)

    def version(self, session: Session) -> str:
        """For example `PostgreSQL 15.18`."""
        (version,) = session.one("SELECT current_setting('server_version')")
        return f"PostgreSQL {version.split()[0]}"

    def encrypted(self, access: Access, session: Session) -> bool | None:
        """By what the server says of this connection."""
        if access.host.startswith("/"):
            return None
        return bool(session.one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")[0])

    def rights(self, session: Session) -> Rights:
        """By the catalogue; rights through roles count."""
        powers = session.one(f"SELECT {', '.join(_POWERS.values())}")
        writes = session.all(_WRITES)
        return Rights(
            tuple(name for name, held in zip(_POWERS, powers, strict=True) if held),
            tuple(str(table) for (table,) in writes),
        )

    def columns(self, session: Session, tables: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Columns of the tables on the search path that the account may read."""
        rows = session.all(
            "SELECT lower(c.relname), lower(a.attname) FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
            " WHERE pg_table_is_visible(c.oid) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
            " AND has_column_privilege(c.oid, a.attnum, 'SELECT')"
        )
        found: dict[str, set[str]] = {table.lower(): set() for table in tables}
        for table, column in rows:
            if table in found:
                found[table].add(column)
        return {table: frozenset(columns) for table, columns in found.items() if columns}

    def torn_tables(self, session: Session, tables: Collection[str]) -> tuple[str, ...]:
        """A foreign table is read at whatever instant its own server shows."""
        rows = session.all(
            "SELECT c.relname FROM pg_class c"
            " WHERE pg_table_is_visible(c.oid) AND c.relkind = 'f' ORDER BY c.relname"
        )
        wanted = {table.lower() for table in tables}
        return tuple(table for (table,) in rows if table.lower() in wanted)

    def grants_script(self, access: Access, tables: Collection[str]) -> str:
        """One role, one right a table; from where it may sign in is said by the server's pg_hba.conf.

        Run again it changes nothing but the password.
        """
        role = _named(access.user or ACCOUNT)
        once = f"BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object THEN NULL; END"
        granted = [f"GRANT SELECT ON {_named(table)} TO {role};" for table in tables]
        return "\n".join(
            [
                f"DO {_literal(once)};",
                f"ALTER ROLE {role} LOGIN PASSWORD '{PASSWORD}';",
                f"GRANT CONNECT ON DATABASE {_named(access.database)} TO {role};",
                f"GRANT USAGE ON SCHEMA public TO {role};",
                *granted,
                "",
            ]
        )


def copied(connection: Connection, statement: TextClause) -> Generator[Row, None, None]:
    """The fast road: COPY, which a server may answer with several workers where a cursor has one."""
    # A cursor is declared only for one statement that reads; COPY would run whatever stands in its brackets.
    connection.execute(statement, execution_options={"stream_results": True}).close()
    compiled = statement.compile(dialect=connection.dialect)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY ({compiled}\n) TO STDOUT", compiled.params) as copy:
        yield from copy.rows()


def _decimal(amount: str, digits: int) -> str:
    # Cast at once, a double would be cut to 15 digits. Its text has them all, but is slow to make.
    exact = (
        f"CASE WHEN pg_typeof({amount}) IN ('double precision'::regtype, 'real'::regtype)"
        f" THEN CAST(CAST({amount} AS text) AS numeric) ELSE CAST({amount} AS numeric) END"
    )
    return f"CAST({exact} AS numeric(24,{digits}))"


def _connect(access: Access) -> Any:
    return psycopg.connect(
        host=access.host or None,
        port=access.port or DEFAULT_PORT,
        user=access.user,
        password=access.password or None,
        dbname=access.database,
        connect_timeout=CONNECT_SECONDS,
        client_encoding="utf8",
        application_name="sinergi",
        # A line that breaks silently is noticed within a minute.
        keepalives_idle=30,
        keepalives_interval=10,
        keepalives_count=3,
        **_tls(access),
    )


def _tls(access: Access) -> dict[str, Any]:
    if access.tls != "verify":
        return {"sslmode": access.tls}
    return {"sslmode": "verify-full", "sslrootcert": access.options.get("ca_file", "system")}


_REFUSED = ("28", "password authentication failed", "no pg_hba.conf entry", "no password supplied")
_REFUSED_DATABASE = "permission denied for database"
_ABSENT = ("42P01", "42703", "42501", "3D", "3F", "does not exist")
_SLOW = ("57014", "55P03")
_GONE = ("08", "53", "57P", "connection failed", "connection is", "timeout expired")
_TLS = ("SSL error", "server does not support SSL", "certificate", "SSL, but SSL", "root.crt", "TLS")


def _explain(error: Exception, access: Access) -> ConnectorError:
    """The server's error by its SQLSTATE; while connecting the driver has only its words."""
    cause = getattr(error, "orig", None) or error
    state = getattr(cause, "sqlstate", None) or ""
    words = " ".join(str(cause).split())
    reason = _last_said(words)
    if _is(_TLS, state, words) and not state:
        return tls_refused(reason)
    if _REFUSED_DATABASE in words:
        return database_refused(access, reason)
    if _is(_REFUSED, state, words):
        return login_refused(access, reason)
    if _is(_ABSENT, state, words):
        return table_missing(reason)
    if _is(_SLOW, state, words):
        return took_too_long(reason)
    if _is(_GONE, state, words) or isinstance(cause, (OSError, psycopg.OperationalError)):
        return unreachable(access, reason)
    return cannot_answer(reason)


def _last_said(words: str) -> str:
    """The reason alone: the driver tells every attempt at every address, and adds a question of its own."""
    return words.rpartition(" failed: ")[2].partition(" Is the server running")[0]


def _is(signs: tuple[str, ...], state: str, words: str) -> bool:
    return any(state.startswith(sign) if state else sign in words for sign in signs)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _named(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


ENGINE = Postgresql()
