"""The yardstick: the database's own client runs the very same queries and pipes their rows into zstd."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Engine, event

from connectors.interface import Access
from connectors.registry import connect
from tests.servers import Server

_COMMENT = re.compile(r"--[^\n]*")
_CATALOGUES = ("information_schema", "pg_class", "pg_roles", "pg_settings", "current_setting")


def statements_of(access: Access, tahun: int) -> list[str]:
    """Every query that one collection sends to the tables of the application, with its values written out."""
    with _recorded() as sent, connect(access).reading(tahun) as reading:
        for _ in reading.names():
            pass
        for _ in reading.skpd():
            pass
    return [sql for sql in sent if not any(word in sql.lower() for word in _CATALOGUES)]


def _is_query(sql: str) -> bool:
    return sql.lstrip().upper().startswith(("SELECT", "WITH"))


def seconds(server: Server, database: str, statements: Sequence[str]) -> float:
    """How long the client takes for all of them, rows compressed as they come."""
    command, script, secret = _CLIENTS[server.engine](server, database, statements)
    began = time.perf_counter()
    with subprocess.Popen(
        ["zstd", "-3", "-q", "-c"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as zstd:
        subprocess.run(command, input=script.encode(), stdout=zstd.stdin, env=os.environ | secret, check=True)
        if zstd.stdin:
            zstd.stdin.close()
    return time.perf_counter() - began


def _psql(server: Server, database: str, statements: Sequence[str]) -> tuple[list[str], str, dict[str, str]]:
    copies = [f"COPY (\n{sql.strip()}\n) TO STDOUT;" for sql in statements]
    script = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;\n" + "\n".join(copies) + "\nCOMMIT;\n"
    command = [
        "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", server.socket, "-p", str(server.port),
        "-U", server.admin.user, database,
    ]  # fmt: skip
    return command, script, {"PGPASSWORD": server.admin.password}


def _mariadb(
    server: Server, database: str, statements: Sequence[str]
) -> tuple[list[str], str, dict[str, str]]:
    script = (
        "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY;\n" + ";\n".join(statements) + ";\nCOMMIT;\n"
    )
    command = [
        "mariadb", "--no-defaults", "--quick", "--batch", "--skip-column-names",
        "--default-character-set=utf8mb4", f"--socket={server.socket}",
        f"--user={server.admin.user}", database,
    ]  # fmt: skip
    return command, script, {}


_CLIENTS = {"postgresql": _psql, "mysql": _mariadb}


@contextmanager
def _recorded() -> Iterator[list[str]]:
    sent: list[str] = []

    def record(
        _connection: object, _cursor: object, statement: str, parameters: object, *_others: object
    ) -> None:
        plain = _COMMENT.sub("", statement)
        if _is_query(plain):
            sent.append(plain % _literals(parameters) if parameters else plain)

    event.listen(Engine, "before_cursor_execute", record)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", record)


def _literals(parameters: object) -> dict[str, str]:
    if not isinstance(parameters, dict):
        raise TypeError(f"unexpected parameters: {parameters!r}")
    return {
        name: str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
        for name, value in parameters.items()
    }
