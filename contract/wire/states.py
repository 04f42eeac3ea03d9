"""The states of a snapshot, a node and an access, and every step between them, as data in one place."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


class SnapshotState(StrEnum):
    """Where a snapshot stands at the centre."""

    COMMITTED = "committed"
    RECEIVING = "receiving"
    COMPLETE = "complete"
    REFUSED = "refused"
    RECEIVED = "received"
    VERIFIED = "verified"
    AUTHORISED = "authorised"
    SUPERSEDED = "superseded"
    LAPSED = "lapsed"


class SnapshotEvent(StrEnum):
    """What can happen to a snapshot."""

    FRAME_ARRIVED = "frame_arrived"
    LAST_FRAME_ARRIVED = "last_frame_arrived"
    JUDGED_SOUND = "judged_sound"
    JUDGED_UNSOUND = "judged_unsound"
    VERIFIED_BY_PEMDA = "verified_by_pemda"
    AUTHORISED_BY_PEMDA = "authorised_by_pemda"
    REPLACED = "replaced"
    SEGMENTS_MISSING_TOO_LONG = "segments_missing_too_long"


_S, _E = SnapshotState, SnapshotEvent
SNAPSHOT_STEPS: Mapping[tuple[SnapshotState, SnapshotEvent], SnapshotState] = {
    (_S.COMMITTED, _E.FRAME_ARRIVED): _S.RECEIVING,
    (_S.COMMITTED, _E.LAST_FRAME_ARRIVED): _S.COMPLETE,
    (_S.COMMITTED, _E.SEGMENTS_MISSING_TOO_LONG): _S.LAPSED,
    (_S.RECEIVING, _E.FRAME_ARRIVED): _S.RECEIVING,
    (_S.RECEIVING, _E.LAST_FRAME_ARRIVED): _S.COMPLETE,
    (_S.RECEIVING, _E.SEGMENTS_MISSING_TOO_LONG): _S.LAPSED,
    # A node that took up a lapsed commitment again is only finishing what it promised.
    (_S.LAPSED, _E.FRAME_ARRIVED): _S.RECEIVING,
    (_S.LAPSED, _E.LAST_FRAME_ARRIVED): _S.COMPLETE,
    (_S.COMPLETE, _E.JUDGED_SOUND): _S.RECEIVED,
    (_S.COMPLETE, _E.JUDGED_UNSOUND): _S.REFUSED,
    (_S.RECEIVED, _E.VERIFIED_BY_PEMDA): _S.VERIFIED,
    (_S.RECEIVED, _E.REPLACED): _S.SUPERSEDED,
    (_S.VERIFIED, _E.AUTHORISED_BY_PEMDA): _S.AUTHORISED,
    (_S.VERIFIED, _E.REPLACED): _S.SUPERSEDED,
    (_S.AUTHORISED, _E.REPLACED): _S.SUPERSEDED,
}


class NodeState(StrEnum):
    """Where a node stands at the centre."""

    PENDING = "pending"
    MAPPED = "mapped"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    REPLACED = "replaced"
    REJECTED = "rejected"


class NodeEvent(StrEnum):
    """What can happen to a node."""

    MAPPING_APPROVED = "mapping_approved"
    REGISTRATION_REJECTED = "registration_rejected"
    COPY_SUSPECTED = "copy_suspected"
    ACCESS_REVOKED = "access_revoked"
    SUCCESSOR_MAPPED = "successor_mapped"


_N, _V = NodeState, NodeEvent
NODE_STEPS: Mapping[tuple[NodeState, NodeEvent], NodeState] = {
    (_N.PENDING, _V.MAPPING_APPROVED): _N.MAPPED,
    (_N.PENDING, _V.REGISTRATION_REJECTED): _N.REJECTED,
    (_N.MAPPED, _V.COPY_SUSPECTED): _N.SUSPENDED,
    (_N.MAPPED, _V.ACCESS_REVOKED): _N.REVOKED,
    (_N.MAPPED, _V.SUCCESSOR_MAPPED): _N.REPLACED,
    # A key that two machines hold never delivers again: the right one goes on under a new key.
    (_N.SUSPENDED, _V.ACCESS_REVOKED): _N.REVOKED,
    (_N.SUSPENDED, _V.SUCCESSOR_MAPPED): _N.REPLACED,
}


class AccessState(StrEnum):
    """Where a database access stands, from its entry to its use."""

    ENTERED = "entered"
    TO_APPROVE = "to_approve"
    APPROVED = "approved"
    CHECKING = "checking"
    KONFIRMASI = "konfirmasi"
    VALID = "valid"
    CONFIGURED = "configured"
    REPLACED = "replaced"


class AccessEvent(StrEnum):
    """What can happen to a database access."""

    TARGET_WAITS = "target_waits"
    TARGET_APPROVED = "target_approved"
    REFUSED_BY_NODE = "refused_by_node"
    CHECK_ORDERED = "check_ordered"
    STEP_FAILED = "step_failed"
    STEPS_PASSED = "steps_passed"
    CONFIGURED_BY_DJPK = "configured_by_djpk"
    NEWER_ENTERED = "newer_entered"


_A, _H = AccessState, AccessEvent
ACCESS_STEPS: Mapping[tuple[AccessState, AccessEvent], AccessState] = {
    (_A.ENTERED, _H.TARGET_WAITS): _A.TO_APPROVE,
    (_A.ENTERED, _H.TARGET_APPROVED): _A.APPROVED,
    (_A.ENTERED, _H.REFUSED_BY_NODE): _A.KONFIRMASI,
    (_A.TO_APPROVE, _H.TARGET_APPROVED): _A.APPROVED,
    (_A.APPROVED, _H.CHECK_ORDERED): _A.CHECKING,
    (_A.CHECKING, _H.TARGET_WAITS): _A.TO_APPROVE,
    (_A.CHECKING, _H.REFUSED_BY_NODE): _A.KONFIRMASI,
    (_A.CHECKING, _H.STEP_FAILED): _A.KONFIRMASI,
    (_A.CHECKING, _H.STEPS_PASSED): _A.VALID,
    # What was wrong may be set right at the database itself, with the same access.
    (_A.KONFIRMASI, _H.CHECK_ORDERED): _A.CHECKING,
    (_A.VALID, _H.CHECK_ORDERED): _A.CHECKING,
    (_A.VALID, _H.CONFIGURED_BY_DJPK): _A.CONFIGURED,
    (_A.CONFIGURED, _H.CHECK_ORDERED): _A.CHECKING,
    **{(state, _H.NEWER_ENTERED): _A.REPLACED for state in _A if state is not _A.REPLACED},
}


def after(steps: Mapping[tuple[State, Event], State], state: State, event: Event) -> State | None:
    """The state that follows, or None where this event cannot happen in this state."""
    return steps.get((state, event))
