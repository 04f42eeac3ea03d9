"""The pages on which officers of DJPK look at nodes, decide about them, and ask them for a snapshot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Form, Query
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contract.errors import ExplainedError
from contract.wire.states import NodeState
from sikd import audit, reference, tickets
from sikd.nodes import asking, handover, mapping, store
from sikd.nodes.enrolment import NONCE_BYTES
from sikd.nodes.listing import A_PAGE, counts, listed
from sikd.nodes.rules import days_left
from sikd.nodes.schedule import schedule_of, set_schedule
from sikd.nodes.store import Node
from sikd.web import Page, ThisPage, page_router

router = page_router()
Field = Annotated[str, Form(max_length=500)]
PageNumber = Annotated[int, Query(ge=1, le=1000)]
_MOST_FOUND = 30


@router.get("/node", name="nodes")
def nodes(
    page: ThisPage, keadaan: str = NodeState.PENDING.value, cari: str = "", halaman: PageNumber = 1
) -> Response:
    """The nodes in one state, or all of them, some at a time."""
    state = NodeState(keadaan) if keadaan in set(NodeState) else None
    with page.database.read() as conn:
        found = listed(conn, state=state, wanted=cari, first=(halaman - 1) * A_PAGE)
        by_state = counts(conn)
        used = tickets.used_by(conn, [node.node_id for node in found.nodes])
        alarmed = tickets.alarmed(conn, {each.ticket_id for each in used.values()})
    return page.show(
        "nodes/nodes.html",
        nodes=found.nodes,
        count=found.count,
        state=state,
        counts=by_state,
        all=sum(by_state.values()),
        invitations={node.node_id: used.get(node.node_id) for node in found.nodes},
        alarmed=alarmed,
        wanted=cari,
        number=halaman,
        last=max(1, -(-found.count // A_PAGE)),
        query=urlencode({"keadaan": keadaan, "cari": cari}),
    )


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


@router.post("/node/{node_id}/snapshot", name="submit_snapshot_order")
def submit_snapshot_order(page: ThisPage, node_id: str) -> Response:
    """Ask a node to read the budget now."""
    return _decide(page, node_id, "diminta", lambda conn: asking.ask(conn, node_id, page.signed_in, page.now))


@router.post("/node/{node_id}/jadwal", name="submit_schedule")
def submit_schedule(page: ThisPage, node_id: str, schedule: Field = "") -> Response:
    """Set when the node of a Pemda reads the budget."""

    def act(conn: Connection) -> None:
        kode_pemda = store.get(conn, node_id).kode_pemda
        if kode_pemda is None:
            raise HTTPException(404)
        set_schedule(conn, kode_pemda, schedule, page.signed_in, page.now)

    return _decide(page, node_id, "dijadwalkan", act, typed=schedule)


@router.post("/pemda/{kode_pemda}/snapshot", name="submit_own_snapshot_order")
def submit_own_snapshot_order(page: ThisPage, kode_pemda: str) -> Response:
    """Ask one's own node to read the budget now."""
    with page.database.begin() as conn:
        node = store.speaking_for(conn, kode_pemda)
        if node is None:
            raise HTTPException(404)
        asking.ask(conn, node.node_id, page.signed_in, page.now)
    return page.go("pemda", kode_pemda=kode_pemda, notice="diminta")


def _decide(
    page: Page, node_id: str, notice: str, act: Callable[[Connection], object], *, typed: str = ""
) -> Response:
    """Do one act, and show the node: with what was done, or with why it was not."""
    try:
        with page.database.begin() as conn:
            act(conn)
    except ExplainedError as error:
        return _show(page, node_id, error=error, typed=typed)
    return page.go("node", node_id=node_id, notice=notice)


def _show(
    page: Page, node_id: str, *, wanted: str = "", error: ExplainedError | None = None, typed: str = ""
) -> Response:
    with page.database.read() as conn:
        known = store.get(conn, node_id)
        history = audit.acts(conn, subject=node_id)
        old = store.find(conn, known.replaces) if known.replaces else None
        claiming = store.claiming(conn, node_id)
        mapped = store.everyone(conn, NodeState.MAPPED)
        ticket = tickets.used_by(conn, [node_id]).get(node_id)
        strangers = tickets.strangers_of(conn, ticket.ticket_id) if ticket else ()
        attempts = tickets.attempts_of(conn, node_id)
        asked = asking.asked_of(conn, known)
        schedule = schedule_of(conn, known.kode_pemda) if known.kode_pemda else None
    taken = {each.kode_pemda for each in mapped if not handover.may_replace(known, each)}
    same_machine = next((each for each in mapped if _share_a_machine(known, each)), None)
    found = reference.find_pemda(wanted or _expected(known, old or same_machine, ticket))
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
        old=old,
        claiming=claiming,
        days_left=days_left(known, page.now),
        same_machine=None if old else same_machine,
        proposed_by_me=known.proposal is not None and known.proposal.by == page.signed_in.username,
        ticket=ticket,
        strangers=strangers,
        attempts=attempts,
        asked=asked,
        schedule=schedule,
        typed=typed,
    )


def _share_a_machine(node: Node, other: Node) -> bool:
    return bool(node.machine) and node.machine == other.machine and node.node_id != other.node_id


def _expected(node: Node, old: Node | None, ticket: tickets.IssuedTicket | None) -> str:
    """The Pemda that the officer probably looks for: the ticket's, or that of the node before this one."""
    if node.state is not NodeState.PENDING:
        return ""
    if ticket is not None:
        return ticket.kode_pemda
    return old.kode_pemda or "" if old else ""
