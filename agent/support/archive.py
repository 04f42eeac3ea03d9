"""Writing a support bundle: whole, for its owner alone, and never over another file."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from agent import system_words
from agent.errors import StorageUnwritable
from agent.support.parts import Part
from contract.text import T


def packed(parts: Sequence[Part], now: datetime) -> bytes:
    """A .tar.gz whose bytes depend on the parts, their order and the time alone."""
    seconds, tarred = int(now.timestamp()), io.BytesIO()
    with tarfile.open(fileobj=tarred, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for part in parts:
            data = part.text.encode()
            member = tarfile.TarInfo(f"sinergi-support/{part.name}")
            member.size, member.mtime, member.mode = len(data), seconds, 0o600
            archive.addfile(member, io.BytesIO(data))
    return gzip.compress(tarred.getvalue(), mtime=seconds)


def write_new(file: Path, data: bytes, owner: tuple[int, int] | None = None) -> None:
    """Write a file that is not there yet; raises StorageUnwritable, and then leaves none behind."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unwritable(file, error) from error
    try:
        with open(handle, "wb") as written:  # noqa: PTH123 - the descriptor is what must not exist before
            os.fchmod(handle, 0o600)
            if owner is not None:
                os.fchown(handle, *owner)
            written.write(data)
            written.flush()
            os.fsync(handle)
    except OSError as error:
        file.unlink(missing_ok=True)
        raise _unwritable(file, error) from error


def _unwritable(file: Path, error: OSError) -> StorageUnwritable:
    return StorageUnwritable(
        T("{path} cannot be written: {why}.", path=file, why=system_words.why(error)),
        remedy=T("Name another file, in a folder that you may write; nothing is ever overwritten."),
    )
