"""The key that opens the vault: handed in by systemd, else a file that only the service user can read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from agent import system_words
from agent.errors import VaultKeyUnusable
from agent.paths import Paths
from agent.storage.files import require_private, synced_write
from contract.text import T, Text

CREDENTIAL = "sinergi-kek"
KEY_BYTES = 32


def vault_key(paths: Paths, environment: Mapping[str, str], *, vault_exists: bool) -> bytes:
    """32 bytes from `LoadCredential[Encrypted]=sinergi-kek`, else from a 0400 file that the first use makes.

    A vault without its key is never given a new one: that would look like a vault that someone has changed.
    The caller is alone with the vault, so that two first uses make one key.
    """
    folder = environment.get("CREDENTIALS_DIRECTORY")
    if folder and (credential := Path(folder) / CREDENTIAL).exists():
        # systemd guards this folder itself, by an ACL that shows as a group's right.
        return _key_from(credential)
    if not paths.vault_key_file.exists():
        if vault_exists:
            raise _unusable(paths.vault_key_file, T("it is not there"))
        _make(paths.vault_key_file)
    require_private(paths.vault_key_file)
    return _key_from(paths.vault_key_file)


def _make(path: Path) -> None:
    try:
        synced_write(path, os.urandom(KEY_BYTES), mode=0o400)
    except OSError as error:
        raise _unusable(path, system_words.why(error)) from error


def _key_from(path: Path) -> bytes:
    try:
        key = path.read_bytes()
    except OSError as error:
        raise _unusable(path, system_words.why(error)) from error
    if len(key) != KEY_BYTES:
        raise _unusable(path, T("it has {found} bytes, not {expected}", found=len(key), expected=KEY_BYTES))
    return key


def _unusable(path: Path, why: Text | str) -> VaultKeyUnusable:
    return VaultKeyUnusable(
        T("The vault's key {path} cannot be used: {why}.", path=path, why=why),
        remedy=T("Restore it from a backup, or ask DJPK how to start anew."),
    )
