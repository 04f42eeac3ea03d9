"""Commitments: a signed manifest arrives, and the node gets a receipt that proves when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from contract.errors import NodeNotMapped
from contract.text import T
from contract.wire import envelope
from contract.wire.identity import signing_key
from contract.wire.manifest import Manifest
from contract.wire.receipt import Receipt, ReceiptType
from contract.wire.states import SnapshotState
from sikd import audit, nodes
from sikd.intake import parts, store
from sikd.intake.judging import Judge, Known
from sikd.intake.store import Snapshot
from sikd.keys import CentreKey
from sikd.nodes import Node, NodeState


def require_mapped(node: Node) -> str:
    """The kode Pemda that a node delivers for; raises NodeNotMapped with its state and reason."""
    if node.state is not NodeState.MAPPED or node.kode_pemda is None:
        raise NodeNotMapped(
            T("Node {node_id} is {state} and may not deliver.", node_id=node.node_id, state=node.state.value),
            remedy=T("Nothing is lost: the agent keeps its snapshots. `sinergi status` says who can help."),
        )
    return node.kode_pemda


def commit(
    conn: Connection, data: bytes, snapshot_id: str, node_id: str, judge: Judge, key: CentreKey, now: datetime
) -> Snapshot:
    """Take a commitment and sign its receipt, in one transaction; the same envelope again changes nothing."""
    # Locked, so that two commitments of one node are judged one after the other.
    node = nodes.get(conn, node_id, lock=True)
    kode_pemda = require_mapped(node)
    letter = envelope.read(data)
    # Here for the question whether it is known; the judge trusts no caller, and verifies again.
    letter.verified(envelope.MANIFEST_TYPE, signing_key(node.signing_der))
    known = store.find(conn, kode_pemda, snapshot_id)
    if known is not None and _is_its_envelope(known, letter):
        return known
    facts = Known(node.node_id, signing_key(node.signing_der), kode_pemda, node.last_sequence, now)
    manifest = judge.commitment(letter, snapshot_id, facts)
    receipt = receipt_for(manifest, snapshot_id, ReceiptType.COMMIT, now, key)
    _write(conn, manifest, snapshot_id, data, receipt, now)
    nodes.note_sequence(conn, node.node_id, manifest.sequence)
    nodes.note_snapshot(conn, kode_pemda, snapshot_id, manifest.taken_at)
    details = {"snapshot_id": snapshot_id, "sequence": str(manifest.sequence)}
    audit.append(conn, node.node_id, "snapshot_committed", snapshot_id, details, now, kode_pemda=kode_pemda)
    return store.snapshot(conn, kode_pemda, snapshot_id)


def receipt_for(
    manifest: Manifest, snapshot_id: str, kind: ReceiptType, received_at: datetime, key: CentreKey
) -> bytes:
    """A receipt for a snapshot, in an envelope by the centre's key."""
    return Receipt(
        type=kind,
        snapshot_id=snapshot_id,
        content_id=manifest.content_id,
        node_id=manifest.node_id,
        kode_pemda=manifest.kode_pemda,
        tahun_anggaran=manifest.tahun_anggaran,
        sequence=manifest.sequence,
        received_at=received_at,
        centre_key_id=key.key_id,
    ).signed(key.private)


def _is_its_envelope(known: Snapshot, letter: envelope.Envelope) -> bool:
    """The payload decides: more signatures may stand beside the node's."""
    return envelope.read(known.envelope).unverified_payload == letter.unverified_payload


def _write(
    conn: Connection, manifest: Manifest, snapshot_id: str, data: bytes, receipt: bytes, now: datetime
) -> None:
    values = {
        "kode_pemda": manifest.kode_pemda,
        "snapshot_id": snapshot_id,
        "tahun_anggaran": manifest.tahun_anggaran,
        "content_id": manifest.content_id,
        "node_id": manifest.node_id,
        "sequence": manifest.sequence,
        "state": SnapshotState.COMMITTED.value,
        "taken_at": manifest.taken_at,
        "received_at": now,
        "findings": store.findings_json(each.finding() for each in manifest.findings),
        "envelope": data,
        "commit_receipt": receipt,
        **store.totals_columns(manifest.totals.totals()),
    }
    store.add(conn, values)
    if parts.add_parts(conn, manifest, snapshot_id):
        store.complete(conn, manifest.kode_pemda, snapshot_id, now)
