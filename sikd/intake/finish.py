"""The end of a delivery: a whole snapshot is judged, and its node gets the last receipt.

Judging changes nothing but the database, in one transaction, so a centre that was killed does it again.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from contract.budget.findings import Finding
from contract.errors import ExplainedError
from contract.wire import envelope
from contract.wire.manifest import Manifest, read_manifest
from contract.wire.receipt import ReceiptType
from contract.wire.states import SNAPSHOT_STEPS, SnapshotEvent, SnapshotState
from sikd import audit, nodes
from sikd.database import Database
from sikd.intake import store
from sikd.intake.commit import receipt_for
from sikd.intake.judging import Judge, Verdict
from sikd.intake.store import LIVE, Snapshot
from sikd.intake.tables import snapshots
from sikd.keys import CentreKey
from sikd.language import Language, say

LAPSE_AFTER = timedelta(days=14)
_E = SnapshotEvent
log = logging.getLogger("sikd")


def finish(conn: Connection, snapshot: Snapshot, judge: Judge, key: CentreKey, now: datetime) -> Snapshot:
    """Judge a snapshot that is complete and was not judged yet; any other one is returned as it is."""
    if snapshot.state is not SnapshotState.COMPLETE:
        return snapshot
    locked = store.snapshot(conn, snapshot.kode_pemda, snapshot.snapshot_id, lock=True)
    if locked.state is not SnapshotState.COMPLETE:
        return locked
    # The payload was verified when it was committed.
    manifest = read_manifest(envelope.read(locked.envelope).unverified_payload)
    verdict = judge.whole(conn, locked, manifest)
    _write(conn, locked, manifest, verdict, key, now)
    if verdict.refused is None:
        # Locked, so that two snapshots of a node that end at the same time see each other.
        nodes.get(conn, locked.node_id, lock=True)
        _take_its_place(conn, locked, now)
        nodes.note_content(conn, locked.node_id, locked.content_id)
    return store.snapshot(conn, locked.kode_pemda, locked.snapshot_id)


def finish_all(database: Database, judge: Judge, key: CentreKey, now: datetime) -> int:
    """Judge every snapshot that a stopped centre left complete; how many were judged.

    One that cannot be judged is a fault of ours; it is logged, and does not keep the others from it.
    """
    with database.read() as connection:
        waiting = connection.execute(
            select(snapshots.c.kode_pemda, snapshots.c.snapshot_id).where(
                snapshots.c.state == SnapshotState.COMPLETE.value
            )
        ).all()
    judged = 0
    for kode_pemda, snapshot_id in waiting:
        try:
            with database.begin() as connection:
                finish(connection, store.snapshot(connection, kode_pemda, snapshot_id), judge, key, now)
        except (ExplainedError, SQLAlchemyError):
            log.exception("snapshot not judged: kode_pemda=%s snapshot=%s", kode_pemda, snapshot_id)
        else:
            judged += 1
    return judged


def lapse_old(conn: Connection, now: datetime) -> int:
    """Mark commitments whose segments are missing for too long; how many. They may be taken up again."""
    open_states = [state for state, event in SNAPSHOT_STEPS if event is _E.SEGMENTS_MISSING_TOO_LONG]
    old = conn.execute(
        select(snapshots.c.kode_pemda, snapshots.c.snapshot_id, snapshots.c.state)
        .where(
            snapshots.c.state.in_([state.value for state in open_states]),
            snapshots.c.received_at < now - LAPSE_AFTER,
        )
        # Where several processes keep house, each lapse is noted once.
        .with_for_update(skip_locked=True)
    ).all()
    for kode_pemda, snapshot_id, state in old:
        lapsed = SNAPSHOT_STEPS[SnapshotState(state), _E.SEGMENTS_MISSING_TOO_LONG]
        store.change(conn, kode_pemda, snapshot_id, state=lapsed.value)
        audit.append(conn, audit.SYSTEM, "snapshot_lapsed", snapshot_id, {}, now, kode_pemda=kode_pemda)
    return len(old)


def _write(
    conn: Connection, snapshot: Snapshot, manifest: Manifest, verdict: Verdict, key: CentreKey, now: datetime
) -> None:
    """Write state, findings and the last receipt; the receipt's time is when the last frame arrived."""
    sound = verdict.refused is None
    event, kind = (_E.JUDGED_SOUND, ReceiptType.FINAL) if sound else (_E.JUDGED_UNSOUND, ReceiptType.REFUSED)
    receipt = receipt_for(manifest, snapshot.snapshot_id, kind, snapshot.completed_at or now, key)
    reason = say(verdict.refused, Language.ID) if verdict.refused else ""
    store.change(
        conn,
        snapshot.kode_pemda,
        snapshot.snapshot_id,
        state=SNAPSHOT_STEPS[SnapshotState.COMPLETE, event].value,
        reason=reason,
        findings=store.findings_json(_once(verdict.findings)),
        last_receipt=receipt,
    )
    details = {"reason": reason} if reason else {"content_id": snapshot.content_id}
    act = "snapshot_received" if sound else "snapshot_refused"
    audit.append(conn, audit.SYSTEM, act, snapshot.snapshot_id, details, now, kode_pemda=snapshot.kode_pemda)


def _take_its_place(conn: Connection, snapshot: Snapshot, now: datetime) -> None:
    """Give a sound snapshot its place among the others of its year, whichever of them was finished first.

    A content that people decided on keeps their decision, whichever delivery carries it. One that nobody
    acted on is replaced by one that was committed later; what was verified or authorised is not.
    """
    others = [
        each
        for each in store.live_snapshots(conn, snapshot.kode_pemda, snapshot.tahun_anggaran, lock=True)
        if each.snapshot_id != snapshot.snapshot_id
    ]
    later = [each for each in others if _committed(each) > _committed(snapshot)]
    same = [each.state for each in others if each.content_id == snapshot.content_id]
    placed = replace(snapshot, state=_as_far_as(max(same, key=LIVE.index, default=SnapshotState.RECEIVED)))
    store.change(conn, snapshot.kode_pemda, snapshot.snapshot_id, state=placed.state.value)
    if later and not same:
        # It was held up on its way, and says what the Pemda has said anew since.
        _replace(conn, placed, later[0].snapshot_id, now)
    for each in others:
        if (
            each.state is SnapshotState.RECEIVED
            and each.content_id != placed.content_id
            and each not in later
        ):
            _replace(conn, each, placed.snapshot_id, now)


def _committed(snapshot: Snapshot) -> tuple[datetime, int]:
    return snapshot.received_at, snapshot.sequence


def _as_far_as(reached: SnapshotState) -> SnapshotState:
    """The state of a received snapshot after the steps that its content has gone before."""
    state = SnapshotState.RECEIVED
    for event in (_E.VERIFIED_BY_PEMDA, _E.AUTHORISED_BY_PEMDA):
        state = state if state is reached else SNAPSHOT_STEPS[state, event]
    return state


def _replace(conn: Connection, old: Snapshot, by: str, now: datetime) -> None:
    state = SNAPSHOT_STEPS[old.state, _E.REPLACED]
    store.change(conn, old.kode_pemda, old.snapshot_id, state=state.value)
    audit.append(
        conn, audit.SYSTEM, "snapshot_replaced", old.snapshot_id, {"by": by}, now, kode_pemda=old.kode_pemda
    )


def _once(findings: tuple[Finding, ...]) -> list[Finding]:
    """Each finding once, in order: node and centre run the same rules."""
    seen: list[Finding] = []
    for finding in findings:
        if finding not in seen:
            seen.append(finding)
    return seen
