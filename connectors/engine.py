"""What a database engine must be able to do; one module of connectors/engines/ answers for each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from connectors.interface import Access
from connectors.session import Session

ACCOUNT = "sinergi_baca"
"""How the account is called where nobody has chosen a name."""
PASSWORD = "<kata sandi>"  # noqa: S105 - what is to be replaced by a password


@dataclass(frozen=True, slots=True)
class Rights:
    """What an account may do beyond reading."""

    powers: tuple[str, ...] = ()
    """Rights over the server itself, such as writing files: an account for reading never has them."""
    writes: tuple[str, ...] = ()
    """Tables, or databases, that the account may write to."""


class Engine(Protocol):
    """A kind of database: how to open it for reading, and how it writes the few expressions that differ."""

    name: str
    many_groups: str
    """A hint after SELECT that many groups are to come, or nothing."""

    def open(self, access: Access) -> AbstractContextManager[Session]:
        """One read-only transaction that sees one instant; raises a ConnectorError."""
        ...

    def sen(self, amount: str) -> str:
        """An aggregate: the exact sum of an amount in rupiah as whole sen, each row rounded by itself."""
        ...

    def residue(self, amount: str) -> str:
        """A row's expression: what rounding to whole sen changes, in ten-thousandths of a rupiah."""
        ...

    def binary(self, text: str) -> str:
        """A row's expression: a text that equals another only where their bytes do."""
        ...

    def joined(self, columns: Sequence[str]) -> str:
        """The columns of a long result in the form that this engine's fast road takes apart again."""
        ...

    def version(self, session: Session) -> str:
        """The server's product and version, for example `MariaDB 10.11.19`."""
        ...

    def encrypted(self, access: Access, session: Session) -> bool | None:
        """Whether this connection is encrypted; None where it crosses no network."""
        ...

    def rights(self, session: Session) -> Rights:
        """What the account may do beyond reading."""
        ...

    def columns(self, session: Session, tables: Collection[str]) -> Mapping[str, frozenset[str]]:
        """The readable columns of each of these tables that exists, all names in lower case."""
        ...

    def torn_tables(self, session: Session, tables: Collection[str]) -> tuple[str, ...]:
        """Those of these tables that no transaction protects."""
        ...

    def grants_script(self, access: Access, tables: Collection[str]) -> str:
        """For a database administrator: `access.user`, able to read these tables and nothing else.

        A password that is to be written in stands there as `PASSWORD`.
        """
        ...
