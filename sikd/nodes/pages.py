"""The pages on which officers of DJPK look at nodes and decide for which Pemda each may speak."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Form
from sqlalchemy import Connection
from starlette.responses import Response

from contract.errors import ExplainedError
from contract.wire.states import NodeState
from sikd import audit, reference
from sikd.nodes import mapping, store
from sikd.nodes.enrolment import NONCE_BYTES
from sikd.web import Page, ThisPage, page_router

router = page_router()
Field = Annotated[str, Form(max_length=500)]
_MOST_FOUND = 30


@router.get("/node", name="nodes")
def nodes(page: ThisPage, keadaan: str = NodeState.PENDING.value) -> Response:
    """The nodes in one state, or all of them."""
    state = NodeState(keadaan) if keadaan in set(NodeState) else None
    with page.database.read() as conn:
        known = store.everyone(conn)
    counts = {each: sum(1 for node in known if node.state is each) for each in NodeState}
    shown = [node for node in known if state in (None, node.state)]
    return page.show("nodes/nodes.html", nodes=shown, state=state, counts=counts, all=len(known))


@router.get("/node/{node_id}", name="node")
def node(page: ThisPage, node_id: str, cari: str = "") -> Response:
    """One node: what it says of itself, and what can be decided about it."""
    return _show(page, node_id, wanted=cari)


@router.post("/node/{node_id}/usulan", name="submit_proposal")
def submit_proposal(page: ThisPage, node_id: str, kode_pemda: Field = "") -> Response:
    """Propose the Pemda for which a node may speak."""
    return _decide(
        page,
        node_id,
        "diusulkan",
        lambda conn: mapping.propose(conn, node_id, kode_pemda, page.signed_in, page.now),
    )


@router.post("/node/{node_id}/persetujuan", name="submit_approval")
def submit_approval(page: ThisPage, node_id: str, kode_pemda: Field = "", code: Field = "") -> Response:
    """Approve the mapping that was shown, which another officer proposed, with the code of the node."""
    keys = {"centre_der": page.site.centre_der, "fresh_nonce": page.site.random(NONCE_BYTES)}
    return _decide(
        page,
        node_id,
        "dipetakan",
        lambda conn: mapping.approve(conn, node_id, kode_pemda, code, page.signed_in, page.now, **keys),
    )


@router.post("/node/{node_id}/penolakan", name="submit_rejection")
def submit_rejection(page: ThisPage, node_id: str, reason: Field = "") -> Response:
    """Turn a waiting node away."""
    return _decide(
        page, node_id, "ditolak", lambda conn: mapping.reject(conn, node_id, reason, page.signed_in, page.now)
    )


@router.post("/node/{node_id}/pencabutan", name="submit_revocation")
def submit_revocation(page: ThisPage, node_id: str, reason: Field = "") -> Response:
    """End a node's right to deliver."""
    return _decide(
        page, node_id, "dicabut", lambda conn: mapping.revoke(conn, node_id, reason, page.signed_in, page.now)
    )


@router.post("/node/{node_id}/identitas", name="submit_identity")
def submit_identity(page: ThisPage, node_id: str, reason: Field = "") -> Response:
    """Let a node that was taken for a copy deliver again."""
    return _decide(
        page,
        node_id,
        "dipulihkan",
        lambda conn: mapping.confirm_identity(conn, node_id, reason, page.signed_in, page.now),
    )


def _decide(page: Page, node_id: str, notice: str, act: Callable[[Connection], object]) -> Response:
    """Do one act, and show the node: with what was done, or with why it was not."""
    try:
        with page.database.begin() as conn:
            act(conn)
    except ExplainedError as error:
        return _show(page, node_id, error=error)
    return page.go("node", node_id=node_id, notice=notice)


def _show(page: Page, node_id: str, *, wanted: str = "", error: ExplainedError | None = None) -> Response:
    with page.database.read() as conn:
        known = store.get(conn, node_id)
        history = audit.acts(conn, subject=node_id)
        taken = {each.kode_pemda for each in store.everyone(conn, NodeState.MAPPED)}
    found = reference.find_pemda(wanted)
    return page.show(
        "nodes/node.html",
        status=error.status if error else 200,
        node=known,
        history=history,
        error=error,
        wanted=wanted,
        found=found[:_MOST_FOUND],
        more=max(0, len(found) - _MOST_FOUND),
        taken=taken,
        proposed_by_me=known.proposal is not None and known.proposal.by == page.signed_in.username,
    )
