"""An outbox that is damaged is put aside, whole, and begun anew with everything in it that is still sound.

Nothing is ever deleted: what was put aside stays beside the new file. What cannot be saved is read again from
the finance database at once, because the last reading is forgotten before anything is moved.
"""

from __future__ import annotations

from collections import deque
from contextlib import closing, suppress
from datetime import datetime
from itertools import count
from pathlib import Path

from agent.errors import OutboxBegunAnew, SnapshotDamaged, StorageDamaged
from agent.journal import note
from agent.paths import Paths
from agent.storage.outbox import Outbox
from agent.storage.staging import staging
from agent.storage.state import State
from contract.text import T

# The log before its file: a log that lies there without it would be taken for that of the new one.
_PARTS = ("-wal", "-shm", "")


def is_damaged(outbox_file: Path) -> bool:
    """Whether the outbox is not what was written, looked at with fresh eyes; reads all of it."""
    try:
        with closing(Outbox(outbox_file)) as outbox:
            outbox.check()
    except StorageDamaged:
        return True
    return False


def begin_anew(paths: Paths, state: State, now: datetime) -> OutboxBegunAnew:
    """Put the outbox aside and begin it anew; returns what a person should know.

    Raises CollectionRunning while somebody queues a snapshot, and StorageUnwritable; then nothing was moved.
    """
    file = paths.outbox_file
    draft = file.with_name(f"{file.name}.anew")
    with staging(paths.staging_dir):
        state.forget_reading()
        _remove(draft)
        _save(file, draft)
        aside = _put_aside(file, now)
        draft.rename(file)
    note("outbox begun anew", aside=aside)
    return OutboxBegunAnew(
        T("The outbox was damaged; it was put aside as {file} and begun anew.", file=aside),
        remedy=T(
            "The agent reads the budget anew and delivers it; nothing has to be done for that. Check the"
            " disk, and keep that file."
        ),
    )


def _save(file: Path, draft: Path) -> None:
    """Bring every sound row over, then give up what is not whole any more."""
    with closing(Outbox(draft)) as outbox:
        with suppress(StorageDamaged), closing(Outbox(file, only_look=True)) as damaged:
            outbox.take_over(damaged.sound_rows())
        for snapshot in outbox.unfinished():
            if not _is_whole(outbox, snapshot.snapshot_id):
                outbox.set_aside(snapshot.snapshot_id)


def _is_whole(outbox: Outbox, snapshot_id: str) -> bool:
    try:
        outbox.envelope(snapshot_id)
        deque(outbox.frames(snapshot_id, sorted(outbox.segments(snapshot_id))), maxlen=0)
    except SnapshotDamaged:
        return False
    return True


def _put_aside(file: Path, now: datetime) -> Path:
    names = (f"{file.name}.damaged-{now:%Y%m%dT%H%M%SZ}-{number}" for number in count(1))
    aside = next(path for path in map(file.with_name, names) if not path.exists())
    for part in _PARTS:
        with suppress(FileNotFoundError):
            file.with_name(file.name + part).rename(aside.with_name(aside.name + part))
    return aside


def _remove(draft: Path) -> None:
    for part in _PARTS:
        draft.with_name(draft.name + part).unlink(missing_ok=True)
