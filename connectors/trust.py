"""Whether anyone but root and the agent's own user could change the queries of a source.

Queries run with the agent's rights on the finance database, so who can write them can read that database.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from connectors.interface import SourceNotTrusted, UnknownSource
from contract.text import T, Text


def require_trusted(folder: Path, owners: frozenset[int] | None = None) -> None:
    """Raise SourceNotTrusted where another user can write; `owners` are root and the user that runs this."""
    allowed = frozenset({0, os.geteuid()}) if owners is None else owners
    try:
        for path in _parts(folder.resolve()):
            if reason := _why_not(path, path.stat(), allowed):
                raise SourceNotTrusted(
                    T("The queries of {folder} are not used: {reason}.", folder=folder, reason=reason),
                    remedy=T("chown -R root {folder} && chmod -R go-w {folder}", folder=folder),
                )
    except OSError as error:
        raise UnknownSource(
            T("The folder {folder} cannot be read: {reason}.", folder=folder, reason=error.strerror),
            remedy=T("Check folder in [database.options] of agent.toml."),
        ) from error


def _parts(folder: Path) -> Iterator[Path]:
    """The folder, all that is in it, and the folders above it, any of which could be put in its place."""
    yield from reversed(folder.parents)
    yield folder
    yield from folder.rglob("*")


def _why_not(path: Path, found: os.stat_result, allowed: frozenset[int]) -> Text | None:
    # In a sticky folder such as /tmp, what is in it can be replaced by its owner alone.
    if found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX:
        return T("everyone may write {path}", path=path)
    if found.st_uid not in allowed:
        return T("{path} belongs to another user", path=path)
    return None
