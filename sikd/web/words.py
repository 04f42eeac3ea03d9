"""What states, sections and acts are called on a page, and in which tone a state is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contract.budget.codes import Section
from contract.text import T, Text
from contract.wire.states import NodeState, SnapshotState


@dataclass(frozen=True, slots=True)
class Label:
    """A few words, and their tone: `good`, `wait`, `bad`, `plain`, or empty for neutral."""

    text: Text
    tone: str = ""


NODE_STATES: Mapping[NodeState, Label] = {
    NodeState.PENDING: Label(T("waits to be mapped"), "wait"),
    NodeState.MAPPED: Label(T("mapped"), "good"),
    NodeState.SUSPENDED: Label(T("suspended"), "bad"),
    NodeState.REVOKED: Label(T("revoked"), "plain"),
    NodeState.REPLACED: Label(T("replaced by another node"), "plain"),
    NodeState.REJECTED: Label(T("turned away"), "plain"),
}

SNAPSHOT_STATES: Mapping[SnapshotState, Label] = {
    SnapshotState.COMMITTED: Label(T("announced")),
    SnapshotState.RECEIVING: Label(T("being received")),
    SnapshotState.COMPLETE: Label(T("being checked")),
    SnapshotState.REFUSED: Label(T("refused"), "bad"),
    SnapshotState.RECEIVED: Label(T("waits for verification"), "wait"),
    SnapshotState.VERIFIED: Label(T("waits for authorisation"), "wait"),
    SnapshotState.AUTHORISED: Label(T("authorised"), "good"),
    SnapshotState.SUPERSEDED: Label(T("replaced"), "plain"),
    SnapshotState.LAPSED: Label(T("lapsed"), "plain"),
}

SECTIONS: Mapping[Section, Text] = {
    Section.PENDAPATAN: T("Revenue"),
    Section.BELANJA: T("Expenditure"),
    Section.PENERIMAAN_PEMBIAYAAN: T("Financing receipts"),
    Section.PENGELUARAN_PEMBIAYAAN: T("Financing disbursements"),
}

ACTS: Mapping[str, Text] = {
    "account_added": T("made an account"),
    "account_closed": T("closed an account"),
    "account_opened": T("opened an account again"),
    "password_changed": T("changed a password"),
    "authenticator_set_up": T("set up an authenticator"),
    "authenticator_taken_away": T("took an authenticator away"),
    "signed_in": T("signed in"),
    "node_registered": T("registered as a node"),
    "node_forgotten": T("forgot a node that kept silent"),
    "ticket_issued": T("issued an install ticket"),
    "ticket_withdrawn": T("withdrew an install ticket"),
    "ticket_used": T("registered with an install ticket"),
    "ticket_used_again": T("came with an install ticket that another node had used"),
    "node_proposed": T("proposed the mapping of a node"),
    "node_mapped": T("approved the mapping of a node"),
    "match_code_wrong": T("entered a wrong match code"),
    "node_registration_rejected": T("turned a node away"),
    "node_access_revoked": T("revoked a node"),
    "node_rotated": T("handed over to a new key of the same node"),
    "node_replaced": T("let another node take the place of this one"),
    "node_restored": T("checked in from an older state, restored from a backup"),
    "succession_claimed": T("says that it takes the place of this node"),
    "schedule_set": T("set when a node reads the budget"),
    "schedule_taken_back": T("took back when a node reads the budget"),
    "snapshot_asked": T("asked for a snapshot now"),
    "copy_suspected": T("suspended a node that seems to be a copy"),
    "centre_key_recorded": T("recorded the key of this centre"),
    "snapshot_committed": T("announced this snapshot"),
    "adk_loaded": T("read in the ADK file of this snapshot"),
    "snapshot_received": T("received this snapshot whole and found it sound"),
    "snapshot_refused": T("refused this snapshot"),
    "snapshot_replaced": T("put a newer snapshot in the place of this one"),
    "snapshot_lapsed": T("noted that segments were missing for too long"),
    "access_entered": T("entered a database access"),
    "access_check_ordered": T("ordered the check of a database access"),
    "access_configured": T("configured a database access on Master SIKD"),
    "access_target_waits": T("waits for approval of a database access at the node"),
    "access_target_approved": T("may use a database access, by approval at the node"),
    "access_refused_by_node": T("refused a database access"),
    "access_step_failed": T("tried a database access, and a step failed"),
    "access_steps_passed": T("tried a database access, and every step passed"),
    "content_verified": T("verified this APBD"),
    "content_authorised": T("authorised this APBD"),
    "content_replaced": T("replaced this APBD by another"),
    "replacement_opened": T("opened the proposed replacement"),
}


_DETAILS: Mapping[str, Text] = {
    "by": T("by"),
    "confirmed": T("confirmed instead"),
    "content_id": T("content ID"),
    "from": T("from counter"),
    "days": T("days"),
    "hostname": T("server, as the node says"),
    "kode_pemda": T("kode Pemda"),
    "known": T("known server"),
    "known_machine": T("known machine"),
    "network": T("network"),
    "note": T("note"),
    "other": T("other server"),
    "other_machine": T("other machine"),
    "proposed_by": T("proposed by"),
    "reason": T("reason"),
    "replaced_by": T("replaced by"),
    "replaces": T("replaces"),
    "role": T("role"),
    "schedule": T("schedule"),
    "sequence": T("sequence"),
    "to": T("to counter"),
    "try": T("try"),
    "used_by": T("used before by"),
    "vouched": T("signed by the old key"),
}


def detail_in_words(name: str) -> Text:
    """What a detail of an act is called; one that has no words shows its name."""
    return _DETAILS.get(name) or Text("{name}", {"name": name.replace("_", " ")})


def act_in_words(act: str) -> Text:
    """What was done, in words; an act that has none shows its name."""
    return ACTS.get(act) or Text("{act}", {"act": act.replace("_", " ")})
