"""What a test may ask of a private database server, whichever it is."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Account:
    """A user of a server."""

    user: str
    password: str = field(repr=False)

    @classmethod
    def made_up(cls, user: str) -> Account:
        """An account with a password of its own, made now."""
        return cls(f"{user}_{secrets.token_hex(3)}", secrets.token_hex(12))


class Server(Protocol):
    """A running server."""

    engine: str
    """As `connectors.interface.Access` names it: `mysql` or `postgresql`."""
    host: str
    port: int
    socket: str
    """What stands for the host where the connection goes through the unix socket."""
    ca_file: Path
    admin: Account
    processes: list[int]
    """The server's process, first of all."""

    def create_database(self) -> str:
        """Make an empty database and return its name."""
        ...

    def connect(self, database: str, account: Account | None = None, **options: Any) -> Any:
        """A driver's connection (PyMySQL or psycopg), as the administrator unless an account is given."""
        ...

    def reader(self, database: str) -> Account:
        """An account that may read every table of a database, also those made later, and no more."""
        ...

    def url(self, database: str, account: Account | None = None) -> str:
        """The same connection as a SQLAlchemy URL."""
        ...

    def stop(self) -> None:
        """End the server and remove its folder."""
        ...
