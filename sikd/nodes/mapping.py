"""Mapping a node to a kode Pemda: one officer proposes, another approves with the code that is read out."""

from __future__ import annotations

import hmac
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from contract.text import T
from contract.wire.identity import match_code
from contract.wire.states import NODE_STEPS, NodeEvent, NodeState, after
from sikd import audit
from sikd.accounts import User, require_officer
from sikd.errors import NotAsThingsStand, NothingThere, SamePerson, WrongMatchCode
from sikd.nodes import handover, store
from sikd.nodes.store import Node
from sikd.reference import pemda_by_kode, pemda_in_words

MAX_WRONG_CODES = 5


def propose(conn: Connection, node_id: str, kode_pemda: str, by: User, now: datetime) -> Node:
    """Propose that a waiting node speaks for a Pemda; a proposal made before is replaced."""
    _require_officer(by)
    node = store.get(conn, node_id, lock=True)
    _require_step(node, NodeEvent.MAPPING_APPROVED)
    old = _place_in(conn, kode_pemda, node)
    store.change(conn, node_id, proposed_kode_pemda=kode_pemda, proposed_by=by.username, proposed_at=now)
    details = {"replaces": old.node_id} if old else {}
    audit.append(conn, by.username, "node_proposed", node_id, details, now, kode_pemda=kode_pemda)
    return store.get(conn, node_id)


def approve(
    conn: Connection,
    node_id: str,
    kode_pemda: str,
    code: str,
    by: User,
    now: datetime,
    *,
    centre_der: bytes,
    fresh_nonce: bytes,
) -> Node:
    """Map a node as proposed. `fresh_nonce` replaces the old one after too many wrong codes.

    1. The approver is an officer, and the node still waits.
    2. The approver is not the one who proposed, and what is approved is what is proposed: the proposer may
       have changed it since it was looked at.
    3. The Pemda has no other node, or one whose place this one takes.
    4. The code is the one that the node itself shows, so the node is no look-alike.
    5. The old node gives way in the same transaction.
    """
    _require_officer(by)
    node = store.get(conn, node_id, lock=True)
    state = _require_step(node, NodeEvent.MAPPING_APPROVED)
    _require_other_person(node, by)
    _require_proposed(node, kode_pemda)
    old = _place_in(conn, kode_pemda, node)
    _require_code(conn, node, code, by, now, centre_der, fresh_nonce)
    people = {"proposed_by": node.proposal.by} if node.proposal else {}
    carried = handover.give_way(conn, old, node, by.username, people, now) if old else {}
    mapped = {"state": state.value, "reason": "", "kode_pemda": kode_pemda, **_NO_PROPOSAL, **carried}
    try:
        store.change(conn, node_id, **mapped)
    except IntegrityError as error:
        # Another node was mapped to this Pemda between the question and this statement.
        raise _taken(kode_pemda) from error
    told = people | ({"replaces": old.node_id} if old else {})
    audit.append(conn, by.username, "node_mapped", node_id, told, now, kode_pemda=kode_pemda)
    if old:
        handover.turn_others_away(conn, old, node, by.username, people, now)
    return store.get(conn, node_id)


def reject(conn: Connection, node_id: str, reason: str, by: User, now: datetime) -> Node:
    """Turn a waiting node away; it shows the reason in its own status."""
    return _decide(conn, node_id, NodeEvent.REGISTRATION_REJECTED, reason, by, now)


def revoke(conn: Connection, node_id: str, reason: str, by: User, now: datetime) -> Node:
    """End a node's right to deliver, for good."""
    return _decide(conn, node_id, NodeEvent.ACCESS_REVOKED, reason, by, now)


_NO_PROPOSAL = {"proposed_kode_pemda": None, "proposed_by": None, "proposed_at": None, "wrong_codes": 0}


def _decide(conn: Connection, node_id: str, event: NodeEvent, reason: str, by: User, now: datetime) -> Node:
    _require_officer(by)
    node = store.get(conn, node_id, lock=True)
    state = _require_step(node, event)
    store.change(conn, node_id, state=state.value, reason=_required(reason), **_NO_PROPOSAL)
    audit.append(
        conn, by.username, f"node_{event}", node_id, {"reason": reason}, now, kode_pemda=node.kode_pemda
    )
    return store.get(conn, node_id)


def _require_officer(by: User) -> None:
    require_officer(by, T("{username} may not decide about nodes.", username=by.username))


def _require_step(node: Node, event: NodeEvent) -> NodeState:
    state = after(NODE_STEPS, node.state, event)
    if state is None and node.state is NodeState.MAPPED and node.kode_pemda:
        raise NotAsThingsStand(
            T(
                "Node {node_id} is mapped to {pemda} already.",
                node_id=node.node_id,
                pemda=pemda_in_words(node.kode_pemda),
            ),
            remedy=T("Nothing is to be done; where the Pemda is the wrong one, revoke the node."),
        )
    if state is None:
        raise NotAsThingsStand(
            T(
                "Node {node_id} is {state}; this cannot be done now.",
                node_id=node.node_id,
                state=node.state.value,
            ),
            remedy=T("Look at the node's page for what happened before."),
        )
    return state


def _require_other_person(node: Node, by: User) -> None:
    if node.proposal is None:
        raise NotAsThingsStand(
            T("No mapping is proposed for node {node_id}.", node_id=node.node_id),
            remedy=T("Let one petugas propose it first."),
        )
    if node.proposal.by == by.username:
        raise SamePerson(
            T("{username} proposed this mapping and cannot approve it.", username=by.username),
            remedy=T("Ask another petugas or a penyetuju to approve it."),
        )


def _require_proposed(node: Node, kode_pemda: str) -> None:
    proposed = node.proposal.kode_pemda if node.proposal else ""
    if kode_pemda != proposed:
        raise NotAsThingsStand(
            T("Pemda {proposed} is proposed for this node, not {kode_pemda}.",
              proposed=proposed, kode_pemda=repr(kode_pemda[:20])),
            remedy=T("Look at the proposal again; it may have been changed."),
        )  # fmt: skip


def _place_in(conn: Connection, kode_pemda: str, node: Node) -> Node | None:
    """The node whose place this one takes, or None; raises where the Pemda has one that stays.

    A suspended node gives way to whomever two officers map: it delivers nothing any more.
    """
    if pemda_by_kode(kode_pemda) is None:
        raise NothingThere(
            T("There is no Pemda {kode_pemda}.", kode_pemda=repr(kode_pemda[:20])),
            remedy=T("Look the Pemda up by its name; its code looks like 11.10."),
        )
    old = store.speaking_for(conn, kode_pemda, lock=True)
    if old is not None and old.state is NodeState.MAPPED and not handover.may_replace(node, old):
        raise _taken(kode_pemda)
    return old


def _required(reason: str) -> str:
    """The reason in one line, as the node will show it; raises NotAsThingsStand where there is none."""
    said = " ".join(reason.split())[:500]
    if not said:
        raise NotAsThingsStand(
            T("A reason is missing."), remedy=T("Say why: the node shows the reason to the Pemda.")
        )
    return said


def _taken(kode_pemda: str) -> NotAsThingsStand:
    return NotAsThingsStand(
        T("Pemda {kode_pemda} has a node already.", kode_pemda=kode_pemda),
        remedy=T(
            "If this server takes its place, let the Pemda run `sinergi identity new --replaces` with that"
            " node ID; else revoke that node first."
        ),
    )


def _require_code(
    conn: Connection, node: Node, code: str, by: User, now: datetime, centre_der: bytes, fresh_nonce: bytes
) -> None:
    expected = match_code(node.signing_der, node.sealing_der, centre_der, node.match_nonce)
    read_out = "".join(code.split()).replace("-", "").lower()
    if hmac.compare_digest(read_out.encode(), expected.encode()):
        return
    tries = node.wrong_codes + 1
    renewed = tries >= MAX_WRONG_CODES
    fresh = {"match_nonce": fresh_nonce, "wrong_codes": 0} if renewed else {"wrong_codes": tries}
    store.change(conn, node.node_id, **fresh)
    audit.append(conn, by.username, "match_code_wrong", node.node_id, {"try": str(tries)}, now)
    raise WrongMatchCode(
        T("This is not the code of node {node_id}.", node_id=node.node_id),
        remedy=T("The node shows a new code now; let the Pemda run `sinergi status` and read it out again.")
        if renewed
        else T("Let the Pemda read out the match code from `sinergi status` once more."),
    )
