"""Segments as they arrive: each whole frame is judged by the signed manifest and kept at once, by itself.

What breaks in the middle loses no frame before it. Unpacking and judging need no lock; only writing does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from contract.budget.rules import require_as_stated
from contract.budget.segment import Encoded, judge_lines, judge_names
from contract.errors import ContractError, FrameMismatch, SnapshotNotOpen
from contract.text import T
from contract.wire import frames
from contract.wire.canonical import sha256_hex
from contract.wire.manifest import SegmentKind
from contract.wire.states import SNAPSHOT_STEPS, SnapshotEvent, after
from sikd import nodes
from sikd.database import Database
from sikd.intake import loading, parts, store
from sikd.intake.parts import Part
from sikd.intake.store import Snapshot, totals_columns
from sikd.intake.tables import segments
from sikd.language import Language, say


class FrameReader:
    """Cuts a body into the frames that were announced for it; holds one frame at a time.

    `head` is the beginning of the first, where the body leaves it out; it is taken, not copied.
    """

    def __init__(self, announced: Sequence[Part], head: bytearray | None = None) -> None:
        self._announced = list(reversed(announced))
        self._held = bytearray() if head is None else head

    @property
    def awaited(self) -> Part | None:
        """The part whose frame is not whole yet."""
        return self._announced[-1] if self._announced else None

    @property
    def held(self) -> int:
        """How many bytes of it are here: never all, because what follows may be waiting behind it."""
        return min(len(self._held), self.awaited.frame_bytes - 1) if self.awaited else 0

    def head(self, size: int) -> bytearray:
        """At most so many of them."""
        return self._held[:size]

    def expect_no_more(self) -> None:
        """Forget what was announced besides."""
        del self._announced[:-1]

    def feed(self, chunk: bytes) -> Iterator[tuple[Part, bytes]]:
        """The frames that a chunk completes."""
        self._held += chunk
        while self._announced and len(self._held) >= self._announced[-1].frame_bytes:
            part = self._announced.pop()
            with memoryview(self._held) as held:
                frame = bytes(held[: part.frame_bytes])  # one copy, not two: a frame may have 64 MiB
            del self._held[: part.frame_bytes]
            yield part, frame


@dataclass(frozen=True, slots=True)
class Opened:
    """A frame that is the one its manifest signed for: what it holds, or what is wrong with that."""

    part: Part
    frame: bytes
    encoded: Encoded | None
    fault: str | None


def expected(conn: Connection, kode_pemda: str, snapshot_id: str, length: int) -> tuple[Part, ...]:
    """The parts whose frames a body of this length holds; raises SnapshotNotOpen where it fits no list."""
    snapshot = store.snapshot(conn, kode_pemda, snapshot_id)
    listed = parts.announced(parts.parts_of(conn, kode_pemda, snapshot_id), length)
    if listed is None:
        raise not_these(snapshot.snapshot_id)
    return listed


def not_these(snapshot_id: str) -> SnapshotNotOpen:
    """The error for a body that is not what the snapshot lacks."""
    return SnapshotNotOpen(
        T("These are not the segments that snapshot {snapshot_id} lacks.", snapshot_id=snapshot_id),
        remedy=T("Ask for the snapshot's state and send what its list names."),
    )


def take(database: Database, snapshot: tuple[str, str], part: Part, frame: bytes, now: datetime) -> None:
    """Keep one frame of the snapshot (kode Pemda, snapshot id); returns when it is durable.

    1. The frame's hash is the signed one.        Before a byte of it is interpreted.
    2. It opens to the signed bytes.              Within limits, by contract.wire.frames.
    3. The bytes are canonical lines, and what the manifest states of them.
    A fault of step 2 or 3 was signed by the node: it is written down, and the whole is judged by it later.
    """
    if part.arrival is not None:
        return
    if sha256_hex(frame) != part.frame_sha256:
        raise FrameMismatch(
            T("A segment's frame was refused: {why}.", why=T("it is not the frame that the manifest states")),
            remedy=T("Send the segment again; if that fails, take a new snapshot."),
        )
    opened = open_frame(part, frame)
    with database.begin() as connection:
        _keep(connection, store.snapshot(connection, *snapshot, lock=True), opened, now)


def open_frame(part: Part, frame: bytes) -> Opened:
    """Unpack and judge a frame whose hash is the signed one."""
    stated = part.stated
    try:
        plain = frames.unpack(frame, frame_sha256=part.frame_sha256, size=stated.bytes, sha256=part.sha256)
        is_names = stated.kind is SegmentKind.NAMES
        encoded = judge_names(plain) if is_names else judge_lines(plain, stated.kode_skpd)
        require_as_stated(stated.kode_skpd, encoded, stated.lines, stated.totals)
    except ContractError as error:
        return Opened(part, frame, None, say(error.problem, Language.ID))
    return Opened(part, frame, encoded, None)


def _keep(conn: Connection, snapshot: Snapshot, opened: Opened, now: datetime) -> None:
    part = opened.part
    # Read again under the lock: another request may have brought the same frame meanwhile.
    if parts.is_present(conn, snapshot.kode_pemda, snapshot.snapshot_id, part.position):
        return
    # Locked, so that no two snapshots of a node store one segment at a time.
    nodes.get(conn, snapshot.node_id, lock=True)
    if opened.encoded is not None and not _is_stored(conn, snapshot, part):
        _store(conn, snapshot, opened, opened.encoded, now)
    whole = parts.mark_arrived(conn, snapshot.kode_pemda, snapshot.snapshot_id, part.position, opened.fault)
    if whole:
        store.complete(conn, snapshot.kode_pemda, snapshot.snapshot_id, now)
    elif state := after(SNAPSHOT_STEPS, snapshot.state, SnapshotEvent.FRAME_ARRIVED):
        store.change(conn, snapshot.kode_pemda, snapshot.snapshot_id, state=state.value)


def _is_stored(conn: Connection, snapshot: Snapshot, part: Part) -> bool:
    query = select(segments.c.sha256).where(
        segments.c.kode_pemda == snapshot.kode_pemda,
        segments.c.tahun_anggaran == snapshot.tahun_anggaran,
        segments.c.sha256 == part.sha256,
    )
    return conn.execute(query).one_or_none() is not None


def _store(conn: Connection, snapshot: Snapshot, opened: Opened, encoded: Encoded, now: datetime) -> None:
    part, stated, tahun = opened.part, opened.part.stated, snapshot.tahun_anggaran
    values = {
        "kode_pemda": snapshot.kode_pemda,
        "tahun_anggaran": tahun,
        "sha256": part.sha256,
        "kind": stated.kind.value,
        "kode_skpd": stated.kode_skpd,
        "lines": encoded.lines,
        "bytes": stated.bytes,
        "frame": opened.frame,
        "arrived_at": now,
        **totals_columns(encoded.totals),
    }
    conn.execute(insert(segments).values(**values))
    loading.load(conn, stated.kind, encoded.plain, snapshot.kode_pemda, tahun, part.sha256)
