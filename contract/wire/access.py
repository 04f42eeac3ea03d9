"""How a finance database is reached: what a form asks for, sealed to one node so that nobody else reads it.

This is the only message that holds a password.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import ip_address
from types import MappingProxyType
from typing import Annotated, Literal

from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import AfterValidator, Field, PlainSerializer, SecretStr, model_validator

from contract.errors import AccessOfAnotherNode, SealBroken
from contract.text import T
from contract.wire import identity
from contract.wire.documents import Answer, Count, Document
from contract.wire.messages import Base64
from contract.wire.sealing import SEAL_BYTES, seal, unseal

MAX_ACCESS_BYTES = 1536
"""What is sealed is padded with spaces to exactly this length, so that no length betrays a password's."""
MAX_PASSWORD = 128
_CONTEXT = "sikd access v1"
_LABEL = re.compile(r"[0-9A-Za-z_]([0-9A-Za-z_-]{0,61}[0-9A-Za-z_])?", re.ASCII)


class DatabaseEngine(StrEnum):
    """The engines that can be reached over a network."""

    MYSQL = "mysql"
    POSTGRESQL = "postgresql"
    ORACLE = "oracle"


PORTS: Mapping[str, int] = MappingProxyType(
    {DatabaseEngine.MYSQL: 3306, DatabaseEngine.POSTGRESQL: 5432, DatabaseEngine.ORACLE: 1521}
)
"""Where an engine listens when nobody has moved it."""


class NamedBy(StrEnum):
    """What the word in `database` is; the last two are Oracle's."""

    DATABASE = "database"
    SERVICE = "service"
    SID = "sid"


class Tls(StrEnum):
    """How much encryption a connection must have; `verify` also checks the server's certificate."""

    VERIFY = "verify"
    REQUIRE = "require"
    PREFER = "prefer"
    DISABLE = "disable"


def is_host(host: str) -> bool:
    """Whether a text is an IP address or a host's name; a path of a socket or a list of hosts is neither."""
    try:
        return "%" not in host and bool(ip_address(host))
    except ValueError:
        return len(host) <= 253 and all(_LABEL.fullmatch(label) for label in host.split("."))


def _host(host: str) -> str:
    if not is_host(host):
        raise ValueError("not a host")
    return host


def _printable(password: SecretStr) -> SecretStr:
    text = password.get_secret_value()
    if not 0 < len(text) <= MAX_PASSWORD or not text.isprintable():
        raise ValueError("not a password that can be typed")
    return password


Application = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}\z")]
AccessId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}\z")]
Host = Annotated[str, AfterValidator(_host)]
DatabaseName = Annotated[str, Field(pattern=r"^[0-9A-Za-z_$#.-]{1,128}\z")]
UserName = Annotated[str, Field(pattern=r"^[!-~]{1,128}\z")]
Password = Annotated[SecretStr, AfterValidator(_printable), PlainSerializer(SecretStr.get_secret_value)]


class DatabaseAccess(Document):
    """Everything that a form asks for: what is read, where it is, and how to sign in."""

    schema_: Annotated[Literal["sikd.access/1"], Field(alias="schema")] = "sikd.access/1"
    application: Application
    engine: Annotated[DatabaseEngine, Field(strict=False)]
    host: Host
    port: Annotated[int, Field(ge=1, le=65535)]
    database: DatabaseName
    named_by: Annotated[NamedBy, Field(strict=False)]
    user: UserName
    password: Password
    tls: Annotated[Tls, Field(strict=False)]

    @model_validator(mode="after")
    def _belongs_together(self) -> DatabaseAccess:
        if (self.named_by is NamedBy.DATABASE) == (self.engine is DatabaseEngine.ORACLE):
            raise ValueError("service and sid are Oracle's, and Oracle has one of them")
        return self


class SealedAccess(Answer):
    """An access as the centre passes it on and cannot read it; once `configured`, the node uses it."""

    schema_: Annotated[Literal["sikd.sealed-access/1"], Field(alias="schema")] = "sikd.sealed-access/1"
    node_id: str
    access_id: AccessId
    version: Count
    configured: bool
    sealed: Base64

    def open(self, key: ec.EllipticCurvePrivateKey, *, node_id: str) -> DatabaseAccess:
        """The access, for the node that it was sealed to; raises AccessRefused or MalformedMessage.

        1. It names this node.            A plain word, so that a mix-up gets a plain answer.
        2. It opens with this node's key, for this node, access and version.
        3. It says all that is needed, and nothing else.
        """
        if self.node_id != node_id:
            raise AccessOfAnotherNode(
                T("The database access was sealed for node {other}.", other=self.node_id[:60]),
                remedy=T("Enter the database access again, for this node."),
            )
        sealed = identity.from_base64(self.sealed)
        if len(sealed) != MAX_ACCESS_BYTES + SEAL_BYTES:
            raise SealBroken(
                T("The sealed database access has another length than every access has."),
                remedy=T("Enter the database access again; if this comes back, tell DJPK."),
            )
        plain = unseal(sealed, key, sealed_for(node_id, self.access_id, self.version))
        return DatabaseAccess.from_bytes(plain.rstrip(b" "), max_bytes=MAX_ACCESS_BYTES)


def sealed_for(node_id: str, access_id: str, version: int) -> bytes:
    """What a seal is bound to: moved to another node, access or version, it does not open."""
    return f"{_CONTEXT}\n{node_id}\n{access_id}\n{version}".encode()


def seal_access(
    access: DatabaseAccess, key: ec.EllipticCurvePublicKey, *, node_id: str, access_id: str, version: int
) -> bytes:
    """An access as the page of Sinergi Mobile seals it; `key` is the node's sealing key."""
    plain = access.to_bytes().ljust(MAX_ACCESS_BYTES)
    return seal(plain, key, sealed_for(node_id, access_id, version))
