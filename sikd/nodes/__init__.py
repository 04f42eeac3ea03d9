"""Nodes: how they become known, how they stay in touch, and for which Pemda each may speak."""

from contract.wire.states import NodeState
from sikd.nodes.asking import Asked, asked_of, note_snapshot
from sikd.nodes.asking import ask as ask_snapshot
from sikd.nodes.description import described
from sikd.nodes.due import Due
from sikd.nodes.enrolment import NONCE_BYTES
from sikd.nodes.listing import Listed, counts, listed
from sikd.nodes.mapping import approve, propose, reject, revoke
from sikd.nodes.nonces import forget_old as forget_old_nonces
from sikd.nodes.schedule import SetSchedule, schedule_of, set_schedule
from sikd.nodes.signed import Signed, signed_request
from sikd.nodes.store import (
    Node,
    Proposal,
    everyone,
    find,
    get,
    mapped_to,
    note_content,
    note_sequence,
    of_pemda,
    pending,
    speaking_for,
)

__all__ = [
    "NONCE_BYTES",
    "Asked",
    "Due",
    "Listed",
    "Node",
    "NodeState",
    "Proposal",
    "SetSchedule",
    "Signed",
    "approve",
    "ask_snapshot",
    "asked_of",
    "counts",
    "described",
    "everyone",
    "find",
    "forget_old_nonces",
    "get",
    "listed",
    "mapped_to",
    "note_content",
    "note_sequence",
    "note_snapshot",
    "of_pemda",
    "pending",
    "propose",
    "reject",
    "revoke",
    "schedule_of",
    "set_schedule",
    "signed_request",
    "speaking_for",
]
