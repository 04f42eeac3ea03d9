"""The node's secrets in one sealed file, behind the `keyring` interface.

Always installed by name and never discovered: on a server without a desktop, discovery may settle for a back
end that keeps passwords in plain text. Each record is AES-256-GCM, bound to its place in this very file.
"""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

import keyring
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from agent import system_words
from agent.errors import VaultDamaged, VaultError
from agent.paths import Paths
from agent.storage.disk import is_refusal, refused
from agent.storage.files import alone_with, require_private, synced_write
from agent.storage.vault_key import vault_key
from contract.errors import ContractError
from contract.text import T
from contract.wire.identity import from_base64, to_base64

SERVICE = "sinergi"
NODE_KEYS = "node-keys"
NEXT_KEYS = "node-keys-next"
INSTALL_TICKET = "install-ticket"
DATABASE_PASSWORD = "database-password"  # noqa: S105 - the name of a record
PROXY_PASSWORD = "proxy-password"  # noqa: S105 - the name of a record
_MAGIC = "sinergi-vault/1"
_NONCE_BYTES = 12
_Records = dict[tuple[str, str], str]


class Vault(KeyringBackend):
    """A keyring back end over one file, readable by the service user alone."""

    priority = 0.1  # never the first choice of anyone who looks around

    def __init__(self, path: Path, key: bytes) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._path = path
        self._cipher = AESGCM(key)
        self._threads = RLock()

    def get_password(self, service: str, username: str) -> str | None:
        """One secret, or None; raises VaultDamaged or VaultExposed."""
        return self._read().get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep one secret; it is on the disk when this returns."""
        with self._changing() as records:
            records[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Forget one secret; raises PasswordDeleteError where there is none."""
        with self._changing() as records:
            if records.pop((service, username), None) is None:
                raise PasswordDeleteError(username)

    def get(self, name: str) -> str | None:
        """One secret of the agent's own, by the name of its record."""
        return self.get_password(SERVICE, name)

    def set(self, name: str, secret: str) -> None:
        """Keep one secret of the agent's own."""
        self.set_password(SERVICE, name, secret)

    def setdefault(self, name: str, secret: str) -> str:
        """The secret under this name; `secret` is kept and returned where there was none."""
        with self._changing() as records:
            return records.setdefault((SERVICE, name), secret)

    def change(self, name: str, change: Callable[[str | None], str]) -> str:
        """Change one secret of the agent's own while no other process can; what is kept is returned."""
        with self._changing() as records:
            records[SERVICE, name] = change(records.get((SERVICE, name)))
            return records[SERVICE, name]

    def promote(self, waiting: str, to: str, *, expected: str, secret: str) -> None:
        """Keep a secret and forget what waited for this, in one write; nothing where another waits."""
        with self._changing() as records:
            if records.get((SERVICE, waiting)) == expected:
                del records[SERVICE, waiting]
                records[SERVICE, to] = secret

    def drop(self, name: str) -> None:
        """Forget a secret of the agent's own, if there is one."""
        with self._changing() as records:
            records.pop((SERVICE, name), None)

    def records(self) -> _Records:
        """Everything that is kept; raises VaultDamaged or VaultExposed."""
        return self._read()

    def changed_at(self) -> int:
        """When the file was last written, in nanoseconds; 0 where there is none."""
        with _readable(self._path):
            try:
                return self._path.stat().st_mtime_ns
            except FileNotFoundError:
                return 0

    @contextmanager
    def _changing(self) -> Iterator[_Records]:
        with self._threads, _readable(self._path), alone_with(self._path):
            before = self._read()
            records = dict(before)
            yield records
            if records != before:
                synced_write(self._path, self._sealed(records), mode=0o600)

    def _read(self) -> _Records:
        with _readable(self._path):
            require_private(self._path)
            try:
                data = self._path.read_bytes()
            except FileNotFoundError:
                return {}
        try:
            return self._opened(data)
        except (InvalidTag, ContractError, ValueError) as error:
            raise VaultDamaged(
                T("{path} was changed by something else, or was sealed with another key.", path=self._path),
                remedy=T(
                    "Restore this file and its key together from a backup, or ask DJPK how to start anew."
                ),
            ) from error

    def _sealed(self, records: _Records) -> bytes:
        rows: list[list[str]] = [[*name, secret] for name, secret in sorted(records.items())]
        # Each row is bound to this file's own random name and to its place: none can be moved, dropped, or
        # taken from an older file. An empty row closes it, so that even a vault without secrets is sealed.
        header = f"{_MAGIC} {len(rows)} {os.urandom(16).hex()}"
        lines = [header]
        for number, row in enumerate([*rows, []]):
            nonce = os.urandom(_NONCE_BYTES)
            sealed = self._cipher.encrypt(nonce, json.dumps(row).encode(), f"{header} {number}".encode())
            lines.append(to_base64(nonce + sealed))
        return ("\n".join(lines) + "\n").encode("ascii")

    def _opened(self, data: bytes) -> _Records:
        header, *lines, end = data.decode("ascii").split("\n")
        magic, count, _ = header.split(" ")
        if magic != _MAGIC or count != str(len(lines) - 1) or end:
            raise ValueError("not a vault of this form")
        rows = [self._opened_row(line, f"{header} {number}") for number, line in enumerate(lines)]
        return {(service, username): secret for service, username, secret in rows[:-1]}

    def _opened_row(self, line: str, place: str) -> list[str]:
        sealed = from_base64(line)
        nonce, sealed = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        row: list[str] = json.loads(self._cipher.decrypt(nonce, sealed, place.encode()))
        return row


def open_vault(paths: Paths, environment: Mapping[str, str]) -> Vault:
    """The vault of these places, installed as this process's keyring whatever else could be found."""
    # What a process with secrets in its memory leaves behind when it crashes is nobody's to read.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with _readable(paths.vault_file), alone_with(paths.vault_file):
        key = vault_key(paths, environment, vault_exists=paths.vault_file.exists())
    vault = Vault(paths.vault_file, key)
    keyring.set_keyring(vault)
    return vault


def look_into_vault(paths: Paths, environment: Mapping[str, str]) -> Vault:
    """An existing vault, without making or changing anything; raises a VaultError."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with _readable(paths.vault_file):
        return Vault(paths.vault_file, vault_key(paths, environment, vault_exists=True))


def secrets_of(paths: Paths, environment: Mapping[str, str]) -> list[str]:
    """Every record's text, for whoever makes sure that none is shown; none where the vault is closed."""
    try:
        return sorted(look_into_vault(paths, environment).records().values())
    except VaultError:
        return []


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise VaultError(
            T("There is no state folder {folder}.", folder=path.parent),
            remedy=T("Correct state_dir in [paths] of agent.toml, or run `sudo sinergi init`."),
        ) from error
    except OSError as error:
        if is_refusal(error):
            raise refused(path, error) from error
        raise VaultError(
            T("{path} cannot be used: {why}.", path=path, why=system_words.why(error)),
            remedy=T("Run this command with sudo, and check free space."),
        ) from error
