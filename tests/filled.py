"""A sample Pemda written into a database, and the access with which a connector reads it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from connectors.interface import Access
from connectors.source import SHIPPED
from tests.sample_pemda import Budget, Faults, write_flat, write_wp_sipd
from tests.servers import Server

WRITERS: dict[str, Callable[..., None]] = {"wp-sipd": write_wp_sipd, "generic": write_flat}
OPTIONS: dict[str, Mapping[str, str]] = {"wp-sipd": {}, "generic": {"folder": str(SHIPPED / "generic")}}


def in_sqlite(path: Path, application: str, budget: Budget, faults: Faults | None = None) -> Access:
    """Fill a SQLite file with a budget as an application keeps it."""
    with closing(sqlite3.connect(path)) as connection:
        WRITERS[application](connection, budget, faults=faults)
    return Access(application, "sqlite", str(path), options=OPTIONS[application])


def in_server(server: Server, application: str, budget: Budget, faults: Faults | None = None) -> Access:
    """Fill a new database of a server; the access is that of an account which can only read."""
    database = server.create_database()
    with closing(server.connect(database)) as connection:
        WRITERS[application](connection, budget, faults=faults)
        connection.commit()
    return access_to(server, database, application)


def access_to(server: Server, database: str, application: str, **changes: Any) -> Access:
    """The access of a new reading account to a database that was filled before."""
    account = server.reader(database)
    access = Access(
        application, server.engine, database, server.host, server.port, account.user, account.password,
        options=OPTIONS[application],
    )  # fmt: skip
    return replace(access, **changes)
