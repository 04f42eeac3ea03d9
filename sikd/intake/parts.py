"""The parts that a snapshot consists of: which are lacking, and in which order they arrived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from contract.budget.totals import Totals
from contract.wire.manifest import Manifest, SegmentEntry, SegmentKind
from sikd.intake.store import Snapshot, read_totals, totals_columns
from sikd.intake.tables import parts, segments


@dataclass(frozen=True, slots=True)
class Stated:
    """What a manifest states of a segment's content, and what was found in it."""

    kind: SegmentKind
    kode_skpd: str
    lines: int
    totals: Totals
    bytes: int


@dataclass(frozen=True, slots=True)
class Part:
    """One segment of a manifest; `arrival` is None while it is lacking, `fault` why it is refused."""

    position: int
    sha256: str
    stated: Stated
    frame_bytes: int
    frame_sha256: str
    arrival: int | None
    fault: str | None


def parts_of(conn: Connection, kode_pemda: str, snapshot_id: str) -> tuple[Part, ...]:
    """The parts of a snapshot in the manifest's order."""
    query = select(parts).where(parts.c.kode_pemda == kode_pemda, parts.c.snapshot_id == snapshot_id)
    return tuple(_part(row) for row in conn.execute(query.order_by(parts.c.position)))


def add_parts(conn: Connection, manifest: Manifest, snapshot_id: str) -> bool:
    """Write down what a snapshot consists of; true where the centre has all of it already."""
    present = _present(conn, manifest)
    rows = [
        _row(manifest, snapshot_id, position, entry, 0 if entry.sha256 in present else None)
        for position, entry in enumerate(manifest.segments)
    ]
    conn.execute(insert(parts), rows)
    return all(row["arrival"] == 0 for row in rows)


def mark_arrived(
    conn: Connection, kode_pemda: str, snapshot_id: str, position: int, fault: str | None
) -> bool:
    """Note that a lacking part has arrived; true where nothing is lacking any more."""
    mine = (parts.c.kode_pemda == kode_pemda, parts.c.snapshot_id == snapshot_id)
    last = conn.execute(select(func.max(parts.c.arrival)).where(*mine)).scalar() or 0
    arrived = update(parts).where(*mine, parts.c.position == position)
    conn.execute(arrived.values(arrival=last + 1, fault=fault))
    lacking = select(func.count()).select_from(parts).where(*mine, parts.c.arrival.is_(None))
    return conn.execute(lacking).scalar_one() == 0


def stored_segments(conn: Connection, snapshot: Snapshot) -> dict[str, Stated]:
    """What was found in each stored segment of a snapshot's Pemda and year, by its hash."""
    named = select(parts.c.sha256).where(
        parts.c.kode_pemda == snapshot.kode_pemda, parts.c.snapshot_id == snapshot.snapshot_id
    )
    query = select(segments).where(
        segments.c.kode_pemda == snapshot.kode_pemda,
        segments.c.tahun_anggaran == snapshot.tahun_anggaran,
        segments.c.sha256.in_(named),
    )
    without_frames = query.with_only_columns(*(column for column in segments.c if column.name != "frame"))
    return {row.sha256: _stated(row) for row in conn.execute(without_frames)}


def is_present(conn: Connection, kode_pemda: str, snapshot_id: str, position: int) -> bool:
    """Whether a part has arrived; asked under the snapshot's lock."""
    mine = (
        parts.c.kode_pemda == kode_pemda,
        parts.c.snapshot_id == snapshot_id,
        parts.c.position == position,
    )
    return conn.execute(select(parts.c.arrival).where(*mine)).scalar() is not None


def lacking(of_snapshot: Sequence[Part]) -> tuple[Part, ...]:
    """The parts to be sent, in order."""
    return tuple(part for part in of_snapshot if part.arrival is None)


def announced(of_snapshot: Sequence[Part], length: int) -> tuple[Part, ...] | None:
    """The list of lacking parts whose frames make up a body of `length` bytes, or None.

    It is the present list, or one that was given out before: parts that arrived since then (with another
    request, or before a line broke) are sent again by a node that has not heard of it. Each list is a part of
    the one before, so no two have one length.
    """
    missing = length - sum(part.frame_bytes for part in of_snapshot if part.arrival is None)
    since = max((part.arrival or 0 for part in of_snapshot), default=0)
    for part in sorted(of_snapshot, key=lambda part: part.arrival or 0, reverse=True):
        if missing <= 0 or not part.arrival:
            break
        missing -= part.frame_bytes
        since = part.arrival - 1
    if missing != 0:
        return None
    return tuple(part for part in of_snapshot if part.arrival is None or part.arrival > since)


def _present(conn: Connection, manifest: Manifest) -> frozenset[str]:
    """Which of a manifest's segments are here, asked for this Pemda and year only."""
    query = select(segments.c.sha256).where(
        segments.c.kode_pemda == manifest.kode_pemda, segments.c.tahun_anggaran == manifest.tahun_anggaran
    )
    return frozenset(conn.execute(query).scalars()) & {entry.sha256 for entry in manifest.segments}


def _row(
    manifest: Manifest, snapshot_id: str, position: int, entry: SegmentEntry, arrival: int | None
) -> dict[str, Any]:
    return {
        "kode_pemda": manifest.kode_pemda,
        "snapshot_id": snapshot_id,
        "position": position,
        "tahun_anggaran": manifest.tahun_anggaran,
        "sha256": entry.sha256,
        "kind": entry.kind.value,
        "kode_skpd": entry.kode_skpd,
        "lines": entry.lines,
        "bytes": entry.bytes,
        "frame_bytes": entry.frame_bytes,
        "frame_sha256": entry.frame_sha256,
        "arrival": arrival,
        **totals_columns(entry.totals.totals()),
    }


def _part(row: Row[Any]) -> Part:
    return Part(
        position=row.position,
        sha256=row.sha256,
        stated=_stated(row),
        frame_bytes=row.frame_bytes,
        frame_sha256=row.frame_sha256,
        arrival=row.arrival,
        fault=row.fault,
    )


def _stated(row: Row[Any]) -> Stated:
    return Stated(SegmentKind(row.kind), row.kode_skpd, row.lines, read_totals(row), row.bytes)
