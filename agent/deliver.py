"""Deliver one snapshot by three calls, each of which may be repeated after a broken line or a kill.

1. Commit the envelope. From here on the snapshot is finished whatever comes later.
2. Send the segments that the centre lacks, until it lacks none.
3. Ask for its final receipt. Only that, verified with the pinned key, lets anything be deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from agent.errors import CentreCertificateRefused, CentreUnreachable, NotACentre, ProxyRefused
from agent.journal import note
from agent.keys import NodeKeys
from agent.receipts import ReceivedReceipt, receipts_in
from agent.sign import restated, sign_manifest, stated_in
from agent.storage.outbox import Delivery, Outbox, QueuedSnapshot
from agent.storage.state import Acknowledged, State
from contract.errors import (
    ContractError,
    RefusedByCentre,
    Replayed,
    SnapshotNotOpen,
    StaleSequence,
    UnknownSnapshot,
)
from contract.text import T
from contract.wire.manifest import Manifest, WireFinding
from contract.wire.messages import CheckinAnswer, SnapshotAnswer
from contract.wire.receipt import Receipt, ReceiptType

_ON_THE_WAY = CentreCertificateRefused, ProxyRefused
"""Errors that end a request before any of it is sent."""


class PushResult(StrEnum):
    """How far a snapshot came."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    WAITING = "waiting"
    """The centre has all of it and has not judged it yet."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """One snapshot that reached the centre; the receipt is the final one or the refusal, if any yet."""

    snapshot: QueuedSnapshot
    result: PushResult
    receipt: Receipt | None
    reason: str
    findings: tuple[WireFinding, ...]


class DeliveryCalls(Protocol):
    """What delivering needs of the centre; `agent.line.centre.CentreClient` has it."""

    def register(self) -> CheckinAnswer:
        """Hear where this node stands."""
        ...

    def commit(self, snapshot_id: str, envelope: bytes) -> SnapshotAnswer:
        """Hand in an envelope."""
        ...

    def send_segments(
        self, snapshot_id: str, frames: Callable[[], Iterable[bytes]], *, start: int = 0
    ) -> SnapshotAnswer:
        """Send lacking frames, from byte `start` of the first on."""
        ...

    def snapshot_state(self, snapshot_id: str) -> SnapshotAnswer:
        """Ask where a snapshot stands."""
        ...


class _UnderFormerKey(Exception):
    """The snapshot is signed by a former key of this node, and the centre does not have it."""


@dataclass(frozen=True, slots=True)
class Courier:
    """Who carries: the outbox it takes from, the centre it brings to, and the node's memory and keys."""

    outbox: Outbox
    centre: DeliveryCalls
    state: State
    keys: NodeKeys
    now: datetime


def deliver(courier: Courier, snapshot: QueuedSnapshot) -> Pushed | None:
    """Bring one unfinished snapshot as far as it will go; None where a later one has taken its place."""
    try:
        answer = _commit(courier, snapshot)
    except (StaleSequence, _UnderFormerKey):
        again = _sign_again(courier, snapshot)
        if again is None:
            return None
        snapshot, answer = again, _commit(courier, again)
    if answer is None:
        return None
    return _settle(courier, snapshot, _send(courier, snapshot, answer))


def _commit(courier: Courier, snapshot: QueuedSnapshot) -> SnapshotAnswer | None:
    """Step 1: the centre's commit receipt is in the outbox when this returns."""
    outbox, snapshot_id = courier.outbox, snapshot.snapshot_id
    of_before = _is_under_former_key(courier, snapshot_id)
    if snapshot.state is Delivery.COMMITTED or (of_before and snapshot.state is Delivery.OFFERED):
        try:
            answer = courier.centre.snapshot_state(snapshot_id)
        except UnknownSnapshot:
            note("commitment unknown to centre", snapshot=snapshot_id)
        else:
            return answer if snapshot.state is Delivery.COMMITTED else _kept(courier, snapshot_id, answer)
    if of_before:
        raise _UnderFormerKey
    if snapshot.state is Delivery.QUEUED and not outbox.offered(snapshot_id):
        return None
    _require_whole(courier, snapshot_id)
    answer = _offer(courier, snapshot_id, first_time=snapshot.state is Delivery.QUEUED)
    return _kept(courier, snapshot_id, answer)


def _is_under_former_key(courier: Courier, snapshot_id: str) -> bool:
    keys = courier.keys
    return bool(keys.former) and _stated(courier, snapshot_id).node_id != keys.node_id


def _stated(courier: Courier, snapshot_id: str) -> Manifest:
    """What this node has signed, as the outbox has kept it; raises SnapshotDamaged."""
    try:
        return stated_in(courier.outbox.envelope(snapshot_id), courier.keys)
    except ContractError as error:
        raise courier.outbox.damage_of(snapshot_id) from error


def _require_whole(courier: Courier, snapshot_id: str) -> None:
    """Raise SnapshotDamaged before the centre is promised what cannot be sent."""
    segments = [entry.sha256 for entry in _stated(courier, snapshot_id).segments]
    for _ in courier.outbox.frames(snapshot_id, segments):
        pass


def _kept(courier: Courier, snapshot_id: str, answer: SnapshotAnswer) -> SnapshotAnswer:
    receipt = _received(courier, answer).get(ReceiptType.COMMIT)
    if receipt is None:
        raise _incomplete("no commit receipt")
    courier.outbox.committed(snapshot_id, receipt.envelope)
    note("snapshot committed", snapshot=snapshot_id, lacking=len(answer.lacking))
    return answer


def _offer(courier: Courier, snapshot_id: str, *, first_time: bool) -> SnapshotAnswer:
    """Hand in the envelope; where the centre surely has not taken it, a later snapshot may replace it."""
    signed = courier.outbox.envelope(snapshot_id)
    try:
        return courier.centre.commit(snapshot_id, signed)
    except Replayed:
        # Something on the way sent the request twice, and the other copy may have been taken.
        return courier.centre.commit(snapshot_id, signed)
    except StaleSequence:
        courier.outbox.withdrawn(snapshot_id)  # what was taken before would have got its receipt again
        raise
    except (ContractError, RefusedByCentre, CentreUnreachable, *_ON_THE_WAY) as error:
        # How this try ended says nothing about one before it.
        if first_time and not (isinstance(error, CentreUnreachable) and error.sent):
            courier.outbox.withdrawn(snapshot_id)
        raise


def _send(courier: Courier, snapshot: QueuedSnapshot, answer: SnapshotAnswer) -> SnapshotAnswer:
    """Step 2: send what the centre lacks; what has arrived before the line broke is not sent again."""
    ours, start = courier.outbox.segments(snapshot.snapshot_id), answer.held
    while lacking := answer.lacking:
        if not ours.issuperset(lacking):
            _require_whole(courier, snapshot.snapshot_id)
            raise _incomplete("it lacks segments that are not of this snapshot")
        answer = _sent(courier, snapshot.snapshot_id, lacking, start)
        is_less = set(answer.lacking) < set(lacking)
        # Where the centre does not have what it said that it holds, everything is sent, once.
        if not is_less and not start:
            raise _incomplete("it took segments and still lacks them")
        note("segments sent", snapshot=snapshot.snapshot_id, start=start, lacking=len(answer.lacking))
        start = answer.held if is_less else 0
    return answer


def _sent(courier: Courier, snapshot_id: str, lacking: Sequence[str], start: int) -> SnapshotAnswer:
    """What the centre says once these segments were sent from byte `start` on, or were not taken."""
    try:
        return courier.centre.send_segments(
            snapshot_id, lambda: courier.outbox.frames(snapshot_id, lacking), start=start
        )
    except SnapshotNotOpen:
        pass
    except (ContractError, NotACentre):
        # Whatever does not let the rest through may well take the whole.
        if not start:
            raise
    return courier.centre.snapshot_state(snapshot_id)


def _settle(courier: Courier, snapshot: QueuedSnapshot, answer: SnapshotAnswer) -> Pushed:
    """Step 3: a verified final receipt or refusal ends the snapshot; without either it waits."""
    found = _received(courier, answer)
    if not found.keys() & {ReceiptType.FINAL, ReceiptType.REFUSED}:
        answer = courier.centre.snapshot_state(snapshot.snapshot_id)
        found = _received(courier, answer)
    if final := found.get(ReceiptType.FINAL):
        settle(courier.outbox, courier.state, snapshot, final, now=courier.now)
        return _pushed(snapshot, PushResult.DELIVERED, final, answer)
    if refusal := found.get(ReceiptType.REFUSED):
        settle(courier.outbox, courier.state, snapshot, refusal, now=courier.now)
        return _pushed(snapshot, PushResult.REFUSED, refusal, answer)
    return _pushed(snapshot, PushResult.WAITING, None, answer)


def settle(
    outbox: Outbox, state: State, snapshot: QueuedSnapshot, received: ReceivedReceipt, *, now: datetime
) -> None:
    """Keep a verified receipt of a snapshot, and do what follows from it, by whichever road it came."""
    kind = received.receipt.type
    if kind is ReceiptType.FINAL:
        # First remembered, then let go: a kill in between only repeats this.
        acknowledged = Acknowledged(snapshot.snapshot_id, snapshot.content_id)
        state.acknowledge(snapshot.tahun, acknowledged, sequence=snapshot.sequence, now=now)
        outbox.done(snapshot.snapshot_id, received.envelope)
    elif kind is ReceiptType.REFUSED:
        outbox.refused(snapshot.snapshot_id, received.envelope)
    else:
        outbox.committed(snapshot.snapshot_id, received.envelope)


def _pushed(
    snapshot: QueuedSnapshot, result: PushResult, receipt: ReceivedReceipt | None, answer: SnapshotAnswer
) -> Pushed:
    note(f"snapshot {result}", snapshot=snapshot.snapshot_id, state=answer.state)
    proof = receipt.receipt if receipt else None
    return Pushed(snapshot, result, proof, answer.reason, answer.findings)


def _sign_again(courier: Courier, snapshot: QueuedSnapshot) -> QueuedSnapshot | None:
    """The same content under a number and a name that hold now; None where a later snapshot waits."""
    if courier.outbox.find(snapshot.snapshot_id) is None:
        return None
    said = courier.centre.register()
    old = _stated(courier, snapshot.snapshot_id)
    sequence = courier.state.take_sequence(after=max(said.last_sequence, old.sequence))
    manifest = restated(old, sequence, courier.keys.node_id)
    note("snapshot signed again", snapshot=snapshot.snapshot_id, sequence=sequence)
    signed = sign_manifest(manifest, courier.keys)
    return courier.outbox.signed_again(snapshot.snapshot_id, manifest, signed, now=courier.now)


def _received(courier: Courier, answer: SnapshotAnswer) -> dict[ReceiptType, ReceivedReceipt]:
    return receipts_in(answer, courier.state, node_ids=courier.keys.node_ids)


def _incomplete(what: str) -> NotACentre:
    return NotACentre(
        T("The centre's answer about a snapshot cannot be used: {what}.", what=what),
        remedy=T("Nothing was deleted; the agent asks again. If this stays, report it to DJPK."),
    )
