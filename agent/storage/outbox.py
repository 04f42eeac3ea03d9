"""The third step: keep a snapshot, whole and synced, until the centre has acknowledged it in writing.

What is queued arrives, or a later snapshot of the same year does. What was offered to the centre may be
committed there, so from then on it is finished first; only a signed receipt ends it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from agent.errors import SnapshotDamaged, StorageDamaged
from agent.storage.durable import Durable
from agent.storage.outbox_tables import (
    SCHEMA,
    TABLES,
    Delivery,
    QueuedSnapshot,
    Row,
    StoredReceipt,
    has_queued,
    insert,
    is_sound,
    move,
    prune,
    replace_queued,
    snapshot_from,
    take_over,
)
from contract.errors import ContractError
from contract.text import T
from contract.wire import envelope
from contract.wire.canonical import sha256_hex
from contract.wire.manifest import Manifest
from contract.wire.receipt import ReceiptType

_IF_DAMAGED = T(
    "Check the disk. A running agent puts this file aside, saves what can be read, and delivers anew what"
    " cannot; `sudo systemctl restart sinergi` starts it."
)
_EVERYTHING = -1
"""As a limit SQLite takes it for none."""

__all__ = ["Delivery", "Outbox", "QueuedSnapshot", "StoredReceipt"]


class Outbox:
    """Snapshots on their way to the centre, in one SQLite file; each method is one transaction."""

    def __init__(self, path: Path, *, only_look: bool = False) -> None:
        self._file = Durable(path, schema=SCHEMA, version=1, remedy=_IF_DAMAGED, only_look=only_look)

    def queue(
        self, manifest: Manifest, signed: bytes, frame: Callable[[str], bytes], *, now: datetime
    ) -> None:
        """Keep a signed snapshot and its frames (by frame_sha256); one that only waited gives way to it."""
        with self._file.writing() as connection:
            replace_queued(connection, manifest.tahun_anggaran)
            insert(connection, manifest, signed, now)
            for entry in manifest.segments:
                # OR REPLACE: a frame that the disk has damaged is healed by the next collection.
                kept = (entry.frame_sha256, frame(entry.frame_sha256))
                connection.execute("INSERT OR REPLACE INTO frames VALUES (?, ?)", kept)
            prune(connection)

    def next(self) -> QueuedSnapshot | None:
        """What is to be pushed now."""
        return next(iter(self.unfinished()), None)

    def unfinished(self) -> list[QueuedSnapshot]:
        """What is on its way: what the centre may have before what only waits, old before new."""
        return self._listed("SELECT * FROM unfinished ORDER BY state = 'queued', sequence")

    def find(self, snapshot_id: str) -> QueuedSnapshot | None:
        """A snapshot as it is now, if it is still on its way."""
        found = (one for one in self.unfinished() if one.snapshot_id == snapshot_id)
        return next(found, None)

    def newest(self, tahun: int) -> QueuedSnapshot | None:
        """The last snapshot of a year that is still on its way."""
        latest = "SELECT * FROM unfinished WHERE tahun = ? ORDER BY sequence DESC LIMIT 1"
        return next(iter(self._listed(latest, tahun)), None)

    def waiting(self) -> int:
        """How many snapshots are on their way."""
        return len(self.unfinished())

    def segments(self, snapshot_id: str) -> set[str]:
        """The plain hashes of the segments of an unfinished snapshot."""
        with self._file.reading() as connection:
            query = "SELECT sha256 FROM segments WHERE snapshot_id = ?"
            return {sha256 for (sha256,) in connection.execute(query, (snapshot_id,))}

    def last_sequence(self) -> int:
        """The highest sequence number that was ever queued; 0 where none was."""
        with self._file.reading() as connection:
            highest = connection.execute("SELECT max(sequence) FROM snapshots").fetchone()[0]
        return int(highest or 0)

    def envelope(self, snapshot_id: str) -> bytes:
        """The signed envelope of a snapshot; raises SnapshotDamaged where it is not what was queued."""
        with self._file.reading() as connection:
            query = "SELECT envelope FROM snapshots WHERE snapshot_id = ?"
            row = connection.execute(query, (snapshot_id,)).fetchone()
        if not _is_bytes(row) or not _is_envelope_of(row[0], snapshot_id):
            raise self.damage_of(snapshot_id)
        return bytes(row[0])

    def frames(self, snapshot_id: str, sha256: Sequence[str]) -> Iterator[bytes]:
        """The frames of these segments (plain hashes), in this order, one in memory at a time.

        Raises SnapshotDamaged at the first that is not there, or not what was queued.
        """
        query = (
            "SELECT frame, frame_sha256 FROM segments JOIN frames USING (frame_sha256)"
            " WHERE snapshot_id = ? AND sha256 = ?"
        )
        for plain in sha256:
            with self._file.reading() as connection:
                row = connection.execute(query, (snapshot_id, plain)).fetchone()
            if not _is_bytes(row) or sha256_hex(row[0]) != row[1]:
                raise self.damage_of(snapshot_id)
            yield row[0]

    def offered(self, snapshot_id: str) -> bool:
        """Mark, before sending, that the centre may have it; False where a later one has replaced it."""
        with self._file.writing() as connection:
            return move(connection, snapshot_id, Delivery.OFFERED, only_from=Delivery.QUEUED)

    def withdrawn(self, snapshot_id: str) -> None:
        """Mark that the centre surely does not have it: it waits again, or gives way to a later one."""
        with self._file.writing() as connection:
            (tahun,) = connection.execute(
                "SELECT tahun FROM snapshots WHERE snapshot_id = ?", (snapshot_id,)
            ).fetchone()
            to = Delivery.REPLACED if has_queued(connection, tahun) else Delivery.QUEUED
            move(connection, snapshot_id, to, only_from=Delivery.OFFERED)
            prune(connection)

    def committed(self, snapshot_id: str, receipt: bytes) -> None:
        """Keep the commit receipt; from now on this snapshot is finished whatever comes later."""
        self._received(snapshot_id, Delivery.COMMITTED, ReceiptType.COMMIT, receipt)

    def done(self, snapshot_id: str, receipt: bytes) -> None:
        """Keep the final receipt and let the frames go."""
        self._received(snapshot_id, Delivery.DONE, ReceiptType.FINAL, receipt)

    def refused(self, snapshot_id: str, receipt: bytes) -> None:
        """Keep the centre's signed refusal and let the frames go."""
        self._received(snapshot_id, Delivery.REFUSED, ReceiptType.REFUSED, receipt)

    def give_up(self) -> None:
        """Let everything go that is on its way: it was stated under an identity that this node has left."""
        with self._file.writing() as connection:
            for (snapshot_id,) in connection.execute("SELECT snapshot_id FROM unfinished").fetchall():
                move(connection, snapshot_id, Delivery.REPLACED)
            prune(connection)

    def set_aside(self, snapshot_id: str) -> None:
        """Give up a snapshot that the disk has damaged; the next collection queues its content anew."""
        with self._file.writing() as connection:
            move(connection, snapshot_id, Delivery.DAMAGED)
            prune(connection)

    def signed_again(
        self, old_id: str, manifest: Manifest, signed: bytes, *, now: datetime
    ) -> QueuedSnapshot | None:
        """Put the same content under a new sequence in a snapshot's place; None where a later one waits."""
        with self._file.writing() as connection:
            replaced = move(connection, old_id, Delivery.REPLACED)
            if replaced and not has_queued(connection, manifest.tahun_anggaran):
                insert(connection, manifest, signed, now)
            prune(connection)
        return self.find(manifest.snapshot_id)

    def receipts(self) -> list[StoredReceipt]:
        """Every receipt, latest snapshot first."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT snapshot_id, type, receipts.envelope FROM receipts JOIN snapshots USING (snapshot_id)"
                " ORDER BY sequence DESC, type"
            ).fetchall()
        return [StoredReceipt(snapshot_id, ReceiptType(kind), data) for snapshot_id, kind, data in rows]

    def history(self, limit: int = 20) -> list[QueuedSnapshot]:
        """The last snapshots, latest first, whatever became of them."""
        return self._listed("SELECT * FROM listed ORDER BY sequence DESC LIMIT ?", limit)

    def damage_of(self, snapshot_id: str) -> SnapshotDamaged:
        """The error that says so of one snapshot."""
        return SnapshotDamaged(
            T("Snapshot {snapshot} in {path} is damaged.", snapshot=snapshot_id[:12], path=self._file.path),
            remedy=T(
                "The agent reads the budget anew and delivers it; nothing has to be done for that. Check the"
                " disk."
            ),
        )

    @property
    def damaged(self) -> bool:
        """Whether something in this file was not what was written; `check` gives a second opinion."""
        return self._file.damaged

    def was_replaced(self) -> bool:
        """Whether another file lies now where this one was opened."""
        return self._file.was_replaced()

    def check(self) -> None:
        """Raise StorageDamaged where the file's structure or a row does not hold (reads all of it)."""
        self._file.check()
        self.history(_EVERYTHING)

    def sound_rows(self) -> Iterator[Row]:
        """Every row that is what was written, from either end up to the first that cannot be read at all."""
        for table in TABLES:
            for direction in ("ASC", "DESC"):
                with suppress(StorageDamaged), self._file.reading() as connection:
                    query = f"SELECT * FROM {table} ORDER BY 1 {direction}"  # noqa: S608 - names of our own
                    yield from filter(is_sound, ((table, row) for row in connection.execute(query)))

    def take_over(self, rows: Iterable[Row]) -> None:
        """Keep rows of another outbox, as far as they are not here yet."""
        with self._file.writing() as connection:
            for table, row in rows:
                take_over(connection, table, row)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _listed(self, query: str, *values: int) -> list[QueuedSnapshot]:
        with self._file.reading() as connection:
            return [snapshot_from(row) for row in connection.execute(query, values)]

    def _received(self, snapshot_id: str, to: Delivery, kind: ReceiptType, receipt: bytes) -> None:
        with self._file.writing() as connection:
            kept = (snapshot_id, kind, receipt)
            connection.execute("INSERT OR IGNORE INTO receipts VALUES (?, ?, ?)", kept)
            move(connection, snapshot_id, to)
            prune(connection)


def _is_bytes(row: tuple[object, ...] | None) -> bool:
    """Whether there is a row and its first value has kept its type; SQLite gives back whatever it finds."""
    return row is not None and isinstance(row[0], bytes)


def _is_envelope_of(data: bytes, snapshot_id: str) -> bool:
    try:
        return sha256_hex(envelope.read(data).unverified_payload) == snapshot_id
    except ContractError:
        return False
