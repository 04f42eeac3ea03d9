"""Making the agent's folders and its settings file, with the owners that the service needs."""

from __future__ import annotations

import os
import pwd
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent import system_words
from agent.cli.service_user import SERVICE_USER
from agent.config import load
from agent.errors import ConfigError, StorageUnwritable
from agent.paths import Paths
from agent.storage.files import synced_write
from contract.text import T


def prepare(paths: Paths) -> None:
    """Make the folders that are not there yet; raises StorageUnwritable."""
    with _explained(paths.state_dir):
        paths.config_file.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        if not paths.state_dir.exists():
            paths.state_dir.mkdir(mode=0o700, parents=True)
            _give_to_service(paths.state_dir)


def write_settings(paths: Paths, text: str) -> None:
    """Replace agent.toml in one step, if it is right; raises ConfigError or StorageUnwritable."""
    file = paths.config_file
    with _explained(file):
        _require_right(file.parent, text)
        synced_write(file, text.encode(), mode=0o640)
        if os.geteuid() == 0:
            # Root owns the settings, so that the service cannot change its own; its group may read them.
            os.chown(file, 0, paths.state_dir.stat().st_gid)


def add_centre(paths: Paths, url: str, key: str) -> None:
    """Let agent.toml, which names no centre, name this one; raises ConfigError or StorageUnwritable."""
    with _explained(paths.config_file):
        text = paths.config_file.read_text(encoding="utf-8")
    write_settings(paths, f'{text.rstrip()}\n\n[centre]\nurl = "{url}"\nkey = "{key}"\n')


def _require_right(folder: Path, text: str) -> None:
    handle, draft = tempfile.mkstemp(prefix=".agent.toml.", dir=folder)
    try:
        os.write(handle, text.encode())
        load(Path(draft))
    except ConfigError as error:
        # Neither the draft is there any more, nor does a file of this name hold the mistake.
        problem = T(
            "Nothing was written: {key}: {why}.", key=error.key, why=error.problem.values.get("why", "")
        )
        raise ConfigError(problem, remedy=error.remedy, key=error.key) from error
    finally:
        os.close(handle)
        Path(draft).unlink()


def _give_to_service(folder: Path) -> None:
    if os.geteuid() != 0:
        return
    try:
        account = pwd.getpwnam(SERVICE_USER)
    except KeyError:
        return
    os.chown(folder, account.pw_uid, account.pw_gid)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageUnwritable(
            T("{path} cannot be written: {why}.", path=error.filename or path, why=system_words.why(error)),
            remedy=T("Run the command with sudo, or name other places with --state-dir and SINERGI_CONFIG."),
        ) from error
