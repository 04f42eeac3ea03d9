"""The snapshots of a Pemda, as every page and every rule sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from contract.budget.findings import Finding, Level
from contract.budget.rupiah import Rupiah
from contract.budget.totals import Totals
from contract.errors import UnknownSnapshot
from contract.text import T
from contract.wire.states import SNAPSHOT_STEPS, SnapshotEvent, SnapshotState, after
from sikd.errors import NotAsThingsStand
from sikd.intake.tables import TOTALS, snapshots

LIVE = (SnapshotState.RECEIVED, SnapshotState.VERIFIED, SnapshotState.AUTHORISED)
"""The states in which a snapshot's content is whole, sound, and not replaced by another."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One delivery: who sent it, what it states, and how far it has come."""

    kode_pemda: str
    snapshot_id: str
    tahun_anggaran: int
    content_id: str
    node_id: str
    sequence: int
    state: SnapshotState
    reason: str
    taken_at: datetime
    received_at: datetime
    completed_at: datetime | None
    totals: Totals
    findings: tuple[Finding, ...]
    envelope: bytes
    commit_receipt: bytes
    last_receipt: bytes | None


_PLAIN = (
    "kode_pemda", "snapshot_id", "tahun_anggaran", "content_id", "node_id", "sequence", "reason", "taken_at",
    "received_at", "completed_at", "envelope", "commit_receipt", "last_receipt",
)  # fmt: skip


def find(conn: Connection, kode_pemda: str, snapshot_id: str, *, lock: bool = False) -> Snapshot | None:
    """One snapshot of a Pemda, or None; `lock` holds it until the transaction ends."""
    query = _of(kode_pemda).where(snapshots.c.snapshot_id == snapshot_id)
    row = conn.execute(query.with_for_update() if lock else query).one_or_none()
    return _snapshot(row) if row is not None else None


def snapshot(conn: Connection, kode_pemda: str, snapshot_id: str, *, lock: bool = False) -> Snapshot:
    """One snapshot of a Pemda; raises UnknownSnapshot, also for a snapshot of another Pemda."""
    found = find(conn, kode_pemda, snapshot_id, lock=lock)
    if found is None:
        raise UnknownSnapshot(
            T("No snapshot {snapshot_id} was committed for this Pemda.", snapshot_id=snapshot_id[:64]),
            remedy=T("Commit the snapshot first; `sinergi push` does it."),
        )
    return found


def snapshots_of(conn: Connection, kode_pemda: str, tahun: int | None = None) -> tuple[Snapshot, ...]:
    """Every snapshot of a Pemda, or those of one budget year, newest first."""
    query = _of(kode_pemda).order_by(snapshots.c.received_at.desc(), snapshots.c.sequence.desc())
    query = query if tahun is None else query.where(snapshots.c.tahun_anggaran == tahun)
    return tuple(_snapshot(row) for row in conn.execute(query))


def counts_by_state(conn: Connection) -> dict[str, int]:
    """How many snapshots of all Pemda are in each state."""
    query = select(snapshots.c.state, func.count().label("number")).group_by(snapshots.c.state)
    return {row.state: row.number for row in conn.execute(query)}


def live_snapshots(
    conn: Connection, kode_pemda: str, tahun: int, *, lock: bool = False
) -> tuple[Snapshot, ...]:
    """The snapshots of a budget year whose content stands (received, verified or authorised), newest first.

    `lock` keeps others from deciding about this year's budget until the transaction ends.
    """
    query = _of(kode_pemda).where(
        snapshots.c.tahun_anggaran == tahun, snapshots.c.state.in_([state.value for state in LIVE])
    )
    query = query.order_by(snapshots.c.received_at.desc(), snapshots.c.sequence.desc())
    return tuple(_snapshot(row) for row in conn.execute(query.with_for_update() if lock else query))


def newest_of_content(conn: Connection, kode_pemda: str, content_id: str, *, lock: bool = False) -> Snapshot:
    """The newest whole delivery of a content; raises UnknownSnapshot."""
    query = _of(kode_pemda).where(
        snapshots.c.content_id == content_id,
        snapshots.c.state.in_([*(state.value for state in LIVE), SnapshotState.SUPERSEDED.value]),
    )
    query = query.order_by(snapshots.c.received_at.desc(), snapshots.c.sequence.desc())
    row = conn.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise UnknownSnapshot(
            T("No snapshot with this content was received from the Pemda."),
            remedy=T("Look at the list of what was received."),
        )
    return _snapshot(row)


def add(conn: Connection, values: Mapping[str, Any]) -> None:
    """Write a snapshot that was committed just now."""
    conn.execute(insert(snapshots).values(**values))


def change(conn: Connection, kode_pemda: str, snapshot_id: str, **values: Any) -> None:
    """Change columns of one snapshot."""
    key = (snapshots.c.kode_pemda == kode_pemda, snapshots.c.snapshot_id == snapshot_id)
    conn.execute(update(snapshots).where(*key).values(**values))


def complete(conn: Connection, kode_pemda: str, snapshot_id: str, now: datetime) -> None:
    """Note that the last lacking segment is here; nothing happens where that was noted before."""
    found = snapshot(conn, kode_pemda, snapshot_id, lock=True)
    state = after(SNAPSHOT_STEPS, found.state, SnapshotEvent.LAST_FRAME_ARRIVED)
    if state is not None:
        change(conn, kode_pemda, snapshot_id, state=state.value, completed_at=now)


def advance(conn: Connection, kode_pemda: str, content_id: str, event: SnapshotEvent) -> SnapshotState:
    """Move every live delivery of a content one step on; raises NotAsThingsStand where that is no step."""
    newest = newest_of_content(conn, kode_pemda, content_id, lock=True)
    state = after(SNAPSHOT_STEPS, newest.state, event)
    if state is None:
        raise NotAsThingsStand(
            T("The content is {state}; this cannot be done now.", state=newest.state.value),
            remedy=T("Look at the Pemda's page for what happened before."),
        )
    same = (snapshots.c.kode_pemda == kode_pemda, snapshots.c.content_id == content_id)
    conn.execute(
        update(snapshots).where(*same, snapshots.c.state == newest.state.value).values(state=state.value)
    )
    return state


def totals_columns(totals: Totals) -> dict[str, int]:
    """Totals as the values of their columns, in whole sen."""
    return {name: getattr(totals, name).sen for name in TOTALS}


def read_totals(row: Any) -> Totals:
    """Totals from their columns; an empty sum counts as zero."""
    return Totals(*(Rupiah(int(getattr(row, name) or 0)) for name in TOTALS))


def findings_json(findings: Iterable[Finding]) -> list[dict[str, object]]:
    """Findings as the database keeps them."""
    return [{"rule": each.rule, "level": each.level.value, "values": dict(each.values)} for each in findings]


def _of(kode_pemda: str) -> Select[Any]:
    return select(snapshots).where(snapshots.c.kode_pemda == kode_pemda)


def _snapshot(row: Row[Any]) -> Snapshot:
    plain = {name: getattr(row, name) for name in _PLAIN}
    found = tuple(Finding(each["rule"], Level(each["level"]), each["values"]) for each in row.findings)
    return Snapshot(**plain, state=SnapshotState(row.state), totals=read_totals(row), findings=found)
