"""How the outbox lies in its file: its tables, its rows, and the steps a snapshot can take in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from sqlite3 import Connection
from typing import Any

from contract.wire.canonical import sha256_hex
from contract.wire.manifest import Manifest
from contract.wire.receipt import ReceiptType


class Delivery(StrEnum):
    """Where a snapshot stands at this node."""

    QUEUED = "queued"
    OFFERED = "offered"
    """Its envelope is on the way; whether the centre has it is not known yet."""
    COMMITTED = "committed"
    DONE = "done"
    REFUSED = "refused"
    REPLACED = "replaced"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class QueuedSnapshot:
    """One snapshot of the outbox, without its envelope and frames."""

    snapshot_id: str
    content_id: str
    tahun: int
    sequence: int
    state: Delivery
    queued_at: datetime


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """A receipt's envelope, verified when it came."""

    snapshot_id: str
    type: ReceiptType
    envelope: bytes


SCHEMA = """
CREATE TABLE snapshots (
    snapshot_id TEXT PRIMARY KEY,
    content_id TEXT NOT NULL,
    tahun INTEGER NOT NULL,
    sequence INTEGER NOT NULL UNIQUE,
    state TEXT NOT NULL,
    queued_at TEXT NOT NULL,
    envelope BLOB NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX one_queued_a_year ON snapshots (tahun) WHERE state = 'queued';
CREATE VIEW listed AS SELECT snapshot_id, content_id, tahun, sequence, state, queued_at FROM snapshots;
CREATE VIEW unfinished AS SELECT * FROM listed WHERE state IN ('queued', 'offered', 'committed');
CREATE TABLE segments (
    snapshot_id TEXT NOT NULL REFERENCES snapshots,
    sha256 TEXT NOT NULL,
    frame_sha256 TEXT NOT NULL,
    PRIMARY KEY (snapshot_id, sha256)
) WITHOUT ROWID;
CREATE TABLE frames (frame_sha256 TEXT PRIMARY KEY, frame BLOB NOT NULL);
CREATE TABLE receipts (
    snapshot_id TEXT NOT NULL REFERENCES snapshots,
    type TEXT NOT NULL,
    envelope BLOB NOT NULL,
    PRIMARY KEY (snapshot_id, type)
)
"""


TABLES = {"snapshots": 7, "segments": 3, "frames": 2, "receipts": 3}
"""Every table, with the number of its columns; each only names rows of those before it."""
Row = tuple[str, tuple[Any, ...]]
"""The table and its values."""


def snapshot_from(row: tuple[Any, ...]) -> QueuedSnapshot:
    """A row of the view `listed` as a value; raises ValueError or TypeError where it was not written so."""
    snapshot_id, content_id, tahun, sequence, state, queued_at = row
    moment = datetime.fromisoformat(queued_at)
    if not (isinstance(tahun, int) and isinstance(sequence, int)):
        raise TypeError("no numbers")
    return QueuedSnapshot(snapshot_id, content_id, tahun, sequence, Delivery(state), moment)


def insert(connection: Connection, manifest: Manifest, signed: bytes, now: datetime) -> None:
    """Add a snapshot that waits, and the list of its segments."""
    snapshot_id = manifest.snapshot_id
    connection.execute(
        "INSERT INTO snapshots VALUES (?, ?, ?, ?, 'queued', ?, ?)",
        (
            snapshot_id,
            manifest.content_id,
            manifest.tahun_anggaran,
            manifest.sequence,
            now.isoformat(),
            signed,
        ),
    )
    segments = [(snapshot_id, entry.sha256, entry.frame_sha256) for entry in manifest.segments]
    connection.executemany("INSERT INTO segments VALUES (?, ?, ?)", segments)


def replace_queued(connection: Connection, tahun: int) -> None:
    """Let whatever only waits for this year give way."""
    waiting = "SELECT snapshot_id FROM snapshots WHERE tahun = ? AND state = 'queued'"
    for (snapshot_id,) in connection.execute(waiting, (tahun,)).fetchall():
        move(connection, snapshot_id, Delivery.REPLACED)


def has_queued(connection: Connection, tahun: int) -> bool:
    """Whether a snapshot of this year waits."""
    query = "SELECT EXISTS (SELECT 1 FROM snapshots WHERE tahun = ? AND state = 'queued')"
    return bool(connection.execute(query, (tahun,)).fetchone()[0])


def move(connection: Connection, snapshot_id: str, to: Delivery, *, only_from: str = "") -> bool:
    """Bring an unfinished snapshot into another state; False where it is finished, or not in `only_from`."""
    moved = connection.execute(
        "UPDATE snapshots SET state = ?1 WHERE snapshot_id IN"
        " (SELECT snapshot_id FROM unfinished WHERE snapshot_id = ?2 AND ?3 IN ('', state))",
        (to, snapshot_id, only_from),
    )
    return moved.rowcount == 1


def prune(connection: Connection) -> None:
    """Let go of every frame that no unfinished snapshot needs, and of envelopes that never went anywhere."""
    connection.execute("DELETE FROM segments WHERE snapshot_id NOT IN (SELECT snapshot_id FROM unfinished)")
    connection.execute("DELETE FROM frames WHERE frame_sha256 NOT IN (SELECT frame_sha256 FROM segments)")
    connection.execute("UPDATE snapshots SET envelope = x'' WHERE state IN ('replaced', 'damaged')")


def is_sound(of: Row) -> bool:
    """Whether a row can have been written as it is; a frame has to be the one that it is called."""
    table, row = of
    try:
        if table == "snapshots":
            snapshot_from(row[:-1])
        elif table == "receipts":
            ReceiptType(row[1])
    except (ValueError, TypeError):
        return False
    *names, last = row
    if table == "frames":
        return isinstance(last, bytes) and sha256_hex(last) == names[0]
    return isinstance(last, str if table == "segments" else bytes)


def take_over(connection: Connection, table: str, row: tuple[Any, ...]) -> None:
    """Add a row that is not here yet; one that names a snapshot which was lost is nobody's."""
    places = ", ".join(f"?{number + 1}" for number in range(TABLES[table]))
    belongs = "EXISTS (SELECT 1 FROM snapshots WHERE snapshot_id = ?1)"
    condition = belongs if table in {"segments", "receipts"} else "TRUE"
    connection.execute(f"INSERT OR IGNORE INTO {table} SELECT {places} WHERE {condition}", row)
