"""MySQL and MariaDB, through PyMySQL.

With the server at READ COMMITTED a consistent snapshot alone was seen to tear, so the session's isolation is
set first, and verified before anything is read.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

import pymysql  # type: ignore[import-untyped]
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
from connectors.session import Row, Session, streamed
from contract.budget.names import MAX_NAME_CHARACTERS
from contract.text import T

DEFAULT_PORT = 3306
CONNECT_SECONDS = 10
STATEMENT_SECONDS = 1800
LOCK_SECONDS = 60
# The server ends a stream whose reader pauses; the agent pauses while it writes an SKPD away.
PAUSE_SECONDS = 600
MEMORY_BYTES = 128 * 1024 * 1024
SEPARATOR = b"\x1f"
"""Stands between the cells of a joined row; no code and no name has it."""

_SETTINGS = (
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    # What the server's own configuration asks for must not change what a query means.
    "SET SESSION sql_mode = ''",
    f"SET SESSION lock_wait_timeout = {LOCK_SECONDS}, innodb_lock_wait_timeout = {LOCK_SECONDS}",
    f"SET SESSION net_write_timeout = {PAUSE_SECONDS}",
    # Temporary tables on disk made a million rincian five times slower to group.
    f"SET SESSION tmp_table_size = {MEMORY_BYTES}, max_heap_table_size = {MEMORY_BYTES}",
)
_POWERS = ("ALL PRIVILEGES", "FILE", "SUPER", "CREATE USER", "SHUTDOWN", "SYSTEM_USER")
_WRITES = ("ALL PRIVILEGES", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER")
_GRANT = re.compile(r"GRANT (?P<rights>.+?) ON (?P<where>\S+) TO ")


class Mysql:
    """A MySQL or MariaDB server as a source."""

    name = "mysql"
    many_groups = "SQL_BIG_RESULT"

    @contextmanager
    def open(self, access: Access) -> Iterator[Session]:
        """A consistent snapshot of every transactional table."""
        engine = create_engine("mysql+pymysql://", creator=lambda: _connect(access), poolclass=NullPool)
        try:
            connection = engine.connect()
        except (SQLAlchemyError, OSError) as error:
            raise _explain(error, access) from error
        session = Session(connection, lambda error: _explain(error, access), taken_apart)
        with connection, closing(session):
            self._begin(session)
            yield session

    def _begin(self, session: Session) -> None:
        for setting in (*_SETTINGS, self._time_limit(session)):
            session.run(setting)
        session.run("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        self._require_isolation(session)

    def _time_limit(self, session: Session) -> str:
        if "MariaDB" in self.version(session):
            return f"SET SESSION max_statement_time = {STATEMENT_SECONDS}"
        return f"SET SESSION max_execution_time = {STATEMENT_SECONDS * 1000}"

    def _require_isolation(self, session: Session) -> None:
        found: dict[str, str] = dict(
            session.all(
                "SHOW SESSION VARIABLES WHERE Variable_name IN"
                " ('tx_isolation', 'transaction_isolation', 'tx_read_only', 'transaction_read_only')"
            )
        )
        if set(found.values()) != {"REPEATABLE-READ", "ON"}:
            raise SourceContradicts(
                T("The server did not take the isolation that was asked for: {found}.", found=found),
                remedy=T(
                    "Connect to the server itself instead of a proxy; it must be MySQL 5.6 or MariaDB 10.0."
                ),
            )

    def sen(self, amount: str) -> str:
        """Each row is rounded as a decimal; the sum of doubles was off by Rp 1.20 in a million rows."""
        return f"CAST(COALESCE(SUM(CAST({amount} AS DECIMAL(20,2))), 0) * 100 AS SIGNED)"

    def residue(self, amount: str) -> str:
        """Ten-thousandths of a rupiah beyond whole sen."""
        exact, rounded = f"CAST({amount} AS DECIMAL(24,4))", f"CAST({amount} AS DECIMAL(20,2))"
        return f"CAST(ABS({exact} - {rounded}) * 10000 AS SIGNED)"

    def binary(self, text: str) -> str:
        """The bytes of the text; every collation would merge case, accents or trailing spaces.

        They stay in the column's own encoding: a wider one, or a text of any length, is grouped on disk.
        """
        return f"CAST(LEFT({text}, {MAX_NAME_CHARACTERS}) AS BINARY)"

    def joined(self, columns: Sequence[str]) -> str:
        """One column: the driver spends its time on cells, not on bytes."""
        cells = ", ".join(f"COALESCE({column}, '')" for column in columns)
        return f"CONCAT_WS(CHAR({ord(SEPARATOR)}), {cells})"

    def version(self, session: Session) -> str:
        """For example `MariaDB 10.11.19`; an old MariaDB says 5.5.5- before its own number."""
        written = str(session.one("SELECT VERSION()")[0]).removeprefix("5.5.5-")
        number = written.split("-")[0]
        return f"MariaDB {number}" if "MariaDB" in written else f"MySQL {number}"

    def encrypted(self, access: Access, session: Session) -> bool | None:
        """By the cipher of this connection."""
        if _socket_of(access):
            return None
        return bool(session.one("SHOW SESSION STATUS LIKE 'Ssl_cipher'")[1])

    def rights(self, session: Session) -> Rights:
        """By SHOW GRANTS, which names the rights of active roles too."""
        powers: set[str] = set()
        writes: set[str] = set()
        for (grant,) in session.all("SHOW GRANTS"):
            found = _GRANT.match(grant)
            if not found:
                continue
            rights = set(re.sub(r"\([^)]*\)", "", found["rights"]).split(", "))
            if found["where"] == "*.*":
                powers |= rights & set(_POWERS)
            if rights & set(_WRITES):
                writes.add(found["where"].replace("`", ""))
        return Rights(tuple(sorted(powers)), tuple(sorted(writes)))

    def columns(self, session: Session, tables: Collection[str]) -> Mapping[str, frozenset[str]]:
        """The server lists only columns on which the account has a right."""
        rows = session.all(
            "SELECT LOWER(TABLE_NAME), LOWER(COLUMN_NAME) FROM information_schema.COLUMNS"
            " WHERE TABLE_SCHEMA = DATABASE()"
        )
        found: dict[str, set[str]] = {table.lower(): set() for table in tables}
        for table, column in rows:
            if table in found:
                found[table].add(column)
        return {table: frozenset(columns) for table, columns in found.items() if columns}

    def torn_tables(self, session: Session, tables: Collection[str]) -> tuple[str, ...]:
        """MyISAM and its like keep no versions of their rows."""
        rows = session.all(
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()"
            " AND TABLE_TYPE = 'BASE TABLE' AND ENGINE <> 'InnoDB' ORDER BY TABLE_NAME"
        )
        wanted = {table.lower() for table in tables}
        return tuple(table for (table,) in rows if table.lower() in wanted)

    def grants_script(self, access: Access, tables: Collection[str]) -> str:
        """One account, one right a table; on a server of its own the agent comes from any host.

        Run again it changes nothing but the password. CREATE USER leaves an account that is there as it is.
        """
        user = _literal(access.user or ACCOUNT)
        accounts = [f"{user}@{_literal(host)}" for host in _comes_from(access)]
        created = ", ".join(f"{account} IDENTIFIED BY '{PASSWORD}'" for account in accounts)
        granted = [
            f"GRANT SELECT ON {_named(access.database)}.{_named(table)} TO {', '.join(accounts)};"
            for table in tables
        ]
        return "\n".join([f"CREATE USER IF NOT EXISTS {created};", f"ALTER USER {created};", *granted, ""])


def taken_apart(connection: Connection, statement: TextClause) -> Generator[Row, None, None]:
    """The fast road: rows that `joined` made one column of."""
    width = 0
    for (cells,) in streamed(connection, statement):
        row = tuple(cells.split(SEPARATOR))
        width = width or len(row)
        if len(row) != width:
            raise SourceContradicts(
                T("A text in the database holds a control character: {text}.", text=ascii(cells[:80])),
                remedy=T("Correct this text in the finance application."),
            )
        yield row


def _connect(access: Access) -> Any:
    options: dict[str, Any] = {}
    if socket := _socket_of(access):
        options["unix_socket"] = socket
    connection = pymysql.connect(
        host=access.host or "localhost",
        port=access.port or DEFAULT_PORT,
        user=access.user,
        password=access.password,
        database=access.database,
        charset="utf8mb4",
        connect_timeout=CONNECT_SECONDS,
        # `connect_timeout` alone would wait for ever for a peer that accepts and stays silent.
        read_timeout=CONNECT_SECONDS,
        write_timeout=CONNECT_SECONDS,
        **options,
        **_tls(access),
    )
    # A query may take longer than a greeting; the driver has no public setting for the difference.
    connection._read_timeout = STATEMENT_SECONDS  # noqa: SLF001
    return connection


def _socket_of(access: Access) -> str:
    return access.host if access.host.startswith("/") else ""


def _tls(access: Access) -> dict[str, Any]:
    if access.tls == "disable" or _socket_of(access):
        return {"ssl_disabled": True}
    if access.tls == "verify":
        return {"ssl": ssl.create_default_context(cafile=access.options.get("ca_file"))}
    if access.tls == "require":
        return {"ssl": _unverified()}
    return {}


def _unverified() -> ssl.SSLContext:
    # `require` asks for encryption only: servers at a Pemda rarely have a certificate that any CA signed.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


_REFUSED_DATABASE = 1044
_REFUSED = {1045, 1130, 1227, 1251, 1275, 1396, 1698, 1862}
_ABSENT = {1049, 1051, 1054, 1142, 1143, 1146}
_GONE = {1040, 1152, 1153, 1158, 1159, 1160, 1161, 1203, 1205, 1226, 1927, 2002, 2003, 2005, 2006, 2013}
_SLOW = {1028, 1317, 1969, 3024}
_TLS = {2026, 3159}


def _explain(error: Exception, access: Access) -> ConnectorError:
    """The driver's error by its number, in words."""
    cause = getattr(error, "orig", None) or error
    number = cause.args[0] if cause.args and isinstance(cause.args[0], int) else 0
    reason = str(cause.args[-1]) if cause.args else str(cause)
    # The driver calls every failure to connect 2003, and keeps the reason aside.
    if number in _TLS or isinstance(getattr(cause, "original_exception", cause), ssl.SSLError):
        return tls_refused(reason)
    if number == _REFUSED_DATABASE:
        return database_refused(access, reason)
    if number in _REFUSED:
        return login_refused(access, reason)
    if number in _ABSENT:
        return table_missing(reason)
    if number in _GONE or isinstance(cause, OSError):
        return unreachable(access, reason)
    return took_too_long(reason) if number in _SLOW else cannot_answer(reason)


def _comes_from(access: Access) -> tuple[str, ...]:
    """What the server may call the agent's host: by name, or by address where it looks no names up."""
    if not access.is_on_this_server:
        return ("%",)
    return ("localhost", "::1" if access.host == "::1" else "127.0.0.1")


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _named(identifier: str) -> str:
    return "`" + identifier.replace("`", "``") + "`"


ENGINE = Mysql()
