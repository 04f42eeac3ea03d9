"""The private key lives in a file that only the centre reads; the database records the public half.

So a stolen database signs nothing, and a process that was given the wrong file says so instead of signing
with it (docs/decisions/0007-the-centres-key-is-a-file.md).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from sqlalchemy import Column, Connection, LargeBinary, String, Table, insert, select

from contract.text import T
from contract.wire import identity
from sikd.database import Moment, metadata
from sikd.errors import NotMigrated

centre_keys = Table(
    "centre_keys",
    metadata,
    Column("key_id", String(64), primary_key=True),
    Column("public_der", LargeBinary, nullable=False),
    Column("since", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True)
class CentreKey:
    """The centre's Ed25519 key, and the forms in which others know its public half."""

    private: Ed25519PrivateKey

    @property
    def public_der(self) -> bytes:
        """The public key as SPKI DER."""
        return identity.spki(self.private.public_key())

    @property
    def key_id(self) -> str:
        """SHA-256 of the public key in lower-case hexadecimal."""
        return identity.key_id(self.public_der)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the public key as people compare it."""
        return identity.fingerprint(self.public_der)


def make(path: Path) -> CentreKey:
    """Make a key and write it to a new file that only its owner may read; never replaces a file."""
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    return CentreKey(private)


def load(path: Path) -> CentreKey:
    """The key in a file; raises NotMigrated where it is missing, open to others, or no Ed25519 key."""
    try:
        mode, pem = path.stat().st_mode, path.read_bytes()
    except OSError as error:
        raise NotMigrated(
            T("The centre's key cannot be read from {path}: {why}.", path=path, why=error.strerror),
            remedy=T("Run `sikd migrate` as the centre's own user, or restore the key from its backup."),
        ) from error
    if mode & 0o077:
        raise NotMigrated(
            T("The centre's key in {path} can be read by others.", path=path),
            remedy=T("Run `chmod 600 {path}`, and find out who read it.", path=path),
        )
    return CentreKey(_private(path, pem))


def recorded(conn: Connection) -> str | None:
    """The key ID that the database belongs to, or None before the first `sikd migrate`."""
    return conn.execute(select(centre_keys.c.key_id).order_by(centre_keys.c.since.desc()).limit(1)).scalar()


def record(conn: Connection, key: CentreKey, now: datetime) -> None:
    """Let the database belong to this key."""
    conn.execute(insert(centre_keys).values(key_id=key.key_id, public_der=key.public_der, since=now))


def require_recorded(conn: Connection, key: CentreKey) -> None:
    """Raise NotMigrated where this key is not the one that the database belongs to."""
    if recorded(conn) != key.key_id:
        raise NotMigrated(
            T("This key is not the one that the centre's database belongs to."),
            remedy=T("Restore the key's file from its backup; nodes trust no other key."),
        )


def _private(path: Path, pem: bytes) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise _no_key(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path)
    return key


def _no_key(path: Path) -> NotMigrated:
    return NotMigrated(
        T("{path} holds no Ed25519 key.", path=path),
        remedy=T("Restore the key's file from its backup."),
    )
