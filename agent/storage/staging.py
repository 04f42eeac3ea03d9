"""Frames of a collection under way, beside the outbox and not yet part of it.

Whatever a killed collection leaves here means nothing and is removed by the next one.
"""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agent.errors import CollectionRunning
from agent.storage.disk import refused
from contract.errors import FrameMismatch
from contract.text import T
from contract.wire.canonical import sha256_hex


@dataclass(frozen=True, slots=True)
class Staging:
    """A folder with one file a frame, named by the frame's hash."""

    folder: Path

    def keep(self, frame: bytes) -> str:
        """Put a frame aside; returns its SHA-256. Nothing is synced, because nothing is promised yet."""
        name = sha256_hex(frame)
        with _explained(self.folder):
            (self.folder / name).write_bytes(frame)
        return name

    def frame(self, frame_sha256: str) -> bytes:
        """A frame that was put aside; raises FrameMismatch where the disk gives back something else."""
        with _explained(self.folder):
            frame = (self.folder / frame_sha256).read_bytes()
        if sha256_hex(frame) != frame_sha256:
            raise FrameMismatch(
                T("A frame in {folder} is not what was written.", folder=self.folder),
                remedy=T("Check the disk, then run `sudo sinergi snapshot` again."),
            )
        return frame


@contextmanager
def staging(root: Path) -> Iterator[Staging]:
    """An empty staging area of one collection; raises CollectionRunning while another one is under way.

    Each has a folder of its own, so that the child of a parent that was killed can never mix its frames into
    the next collection.
    """
    with _explained(root):
        root.mkdir(mode=0o700, exist_ok=True)
        lock = (root / "lock").open("w")
    with lock:
        _take(lock.fileno())
        for leftover in root.glob("collection-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        with _explained(root):
            folder = Path(tempfile.mkdtemp(prefix="collection-", dir=root))
        try:
            yield Staging(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _take(lock: int) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise CollectionRunning(
            T("A snapshot is being taken already."),
            remedy=T("Wait until it has ended; `sinergi status` shows it."),
        ) from error


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise refused(folder, error) from error
