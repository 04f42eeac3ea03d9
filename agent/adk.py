"""A snapshot without a line: carried to the centre as an ADK file, and its receipt carried back.

What still waits lies in the outbox. What was delivered is read again, and goes beside the envelope that was
delivered only where every segment is still the same to the byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime

from agent.collect import Collected
from agent.deliver import settle
from agent.errors import NotExportable, StorageError
from agent.keys import NodeKeys
from agent.receipts import ReceivedReceipt, of_another, verified
from agent.sign import stated_in
from agent.storage.outbox import Delivery, Outbox, QueuedSnapshot
from agent.storage.staging import Staging
from agent.storage.state import State
from contract.text import T, Text
from contract.wire.adk import Adk
from contract.wire.manifest import Manifest
from contract.wire.receipt import Receipt

_MOST = 100_000
_HELD = {Delivery.QUEUED, Delivery.OFFERED, Delivery.COMMITTED}
_WHY_NOT = {
    Delivery.REFUSED: T("the centre has refused it"),
    Delivery.REPLACED: T("a later one has taken its place"),
    Delivery.DAMAGED: T("the disk has damaged it"),
}


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """The budget as it is in the database now; the frames lie in the staging area."""

    collected: Collected
    area: Staging


def chosen(outbox: Outbox, tahun: int, wanted: str = "") -> QueuedSnapshot:
    """The year's newest snapshot, or the one whose id begins so; raises NotExportable."""
    known = outbox.history(_MOST)
    if not wanted:
        known = [one for one in known if one.tahun == tahun and one.state not in _WHY_NOT][:1]
    found = [one for one in known if one.snapshot_id.startswith(wanted)]
    if not found:
        raise NotExportable(
            T("There is no such snapshot to export."),
            remedy=T("Run `sudo sinergi snapshot` first; it reads the budget and needs no centre."),
        )
    if len(found) > 1:
        raise NotExportable(
            T("{count} snapshots begin with {wanted}.", count=len(found), wanted=wanted[:64]),
            remedy=T("Name the snapshot by more of its first characters."),
        )
    if (why := _WHY_NOT.get(found[0].state)) is not None:
        raise _not(found[0], why)
    return found[0]


@contextmanager
def adk_of(
    snapshot: QueuedSnapshot,
    outbox: Outbox,
    keys: NodeKeys,
    read_again: Callable[[], AbstractContextManager[ReadAgain]],
) -> Iterator[Adk]:
    """The ADK file of a snapshot, to be written before the block ends; raises an ExplainedError."""
    envelope = outbox.envelope(snapshot.snapshot_id)
    manifest = stated_in(envelope, keys)
    if snapshot.state not in _HELD:
        with read_again() as again:
            _require_same(snapshot, manifest, again.collected)
            wanted = [entry.frame_sha256 for entry in manifest.segments]
            yield Adk.of(envelope, manifest, lambda: map(again.area.frame, wanted))
        return
    if snapshot.state is Delivery.QUEUED and manifest.node_id != keys.node_id:
        raise _not(snapshot, T("it is signed with a key that this node has replaced since"))
    yield Adk.of(envelope, manifest, lambda: _held(outbox, snapshot, manifest))


def take_receipt(data: bytes, outbox: Outbox, state: State, keys: NodeKeys, now: datetime) -> Receipt:
    """Keep a receipt that was carried here, with all that follows from it, as `push` keeps one.

    1. It is signed by a centre's key that this node trusts.
    2. It is about this node, and about a snapshot that it has made.
    """
    receipt = verified(data, state)
    made = (one for one in outbox.history(_MOST) if one.snapshot_id == receipt.snapshot_id)
    snapshot = next(made, None)
    if snapshot is None or receipt.node_id not in keys.node_ids:
        raise of_another()
    settle(outbox, state, snapshot, ReceivedReceipt(receipt, data), now=now)
    return receipt


def _held(outbox: Outbox, snapshot: QueuedSnapshot, manifest: Manifest) -> Iterator[bytes]:
    """The frames in the outbox; the running agent may deliver the snapshot, and let them go, meanwhile."""
    try:
        yield from outbox.frames(snapshot.snapshot_id, [entry.sha256 for entry in manifest.segments])
    except StorageError as error:
        if outbox.find(snapshot.snapshot_id) is not None:
            raise
        raise NotExportable(
            T("Snapshot {snapshot} left the outbox meanwhile.", snapshot=snapshot.snapshot_id[:12]),
            remedy=T("Run the command again."),
        ) from error


def _require_same(snapshot: QueuedSnapshot, manifest: Manifest, again: Collected) -> None:
    found = (again.names, *again.skpd)
    if [segment.sha256 for segment in found] != [entry.sha256 for entry in manifest.segments]:
        raise NotExportable(
            T(
                "The budget in the database is no longer that of snapshot {snapshot}, which was delivered.",
                snapshot=snapshot.snapshot_id[:12],
            ),
            remedy=T(
                "Run `sudo sinergi snapshot`, then export the new one; the receipt of the old one stays."
            ),
        )
    if [segment.frame_sha256 for segment in found] != [entry.frame_sha256 for entry in manifest.segments]:
        raise _not(snapshot, T("this version of the agent packs the same budget into other bytes"))


def _not(snapshot: QueuedSnapshot, why: Text) -> NotExportable:
    return NotExportable(
        T("Snapshot {snapshot} cannot be exported: {why}.", snapshot=snapshot.snapshot_id[:12], why=why),
        remedy=T(
            "`sudo sinergi receipt show` lists what was delivered; `sudo sinergi snapshot` makes a new one."
        ),
    )
