"""What programs of DJPK may do about nodes in an officer's name: look, decide, and ask for a snapshot.

The functions beneath are those of the pages and the commands, so two people decide here as they do there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, ValidationError
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from contract.errors import MalformedMessage
from contract.text import T
from contract.wire.canonical import dumps
from contract.wire.documents import Document
from contract.wire.states import NodeState
from sikd import reference
from sikd.accounts import User
from sikd.accounts.programs import djpk_account
from sikd.centre import Centre, centre_of
from sikd.nodes import asking, mapping, store
from sikd.nodes.description import NODES_SCHEMA, described
from sikd.nodes.enrolment import NONCE_BYTES
from sikd.nodes.listing import listed
from sikd.nodes.signed import bounded_body
from sikd.nodes.store import Node
from sikd.reference import Pemda

NODE_SCHEMA, PEMDA_SCHEMA = "sikd.node/1", "sikd.pemda/1"
MAX_BYTES = 4096
Words = Annotated[str, Query(max_length=200)]
_NOT_KEPT = {"Cache-Control": "no-store"}
router = APIRouter()
Said = TypeVar("Said", bound=Document)


class _Proposal(Document):
    kode_pemda: Annotated[str, Field(max_length=20)]


class _Approval(Document):
    kode_pemda: Annotated[str, Field(max_length=20)]
    code: Annotated[str, Field(max_length=40)]


class _Reason(Document):
    reason: Annotated[str, Field(max_length=500)]


@router.get("/v1/pemda")
def search_pemda(request: Request, q: Words = "") -> Response:
    """The Pemda by name or any of its codes, and the node that speaks for each."""
    djpk_account(request)
    with centre_of(request).database.read() as connection:
        found = [_pemda(connection, each) for each in reference.find_pemda(q)]
    return _answer({"schema": PEMDA_SCHEMA, "pemda": found})


@router.get("/v1/nodes")
def list_nodes(request: Request, state: NodeState | None = None, q: Words = "", first: int = 0) -> Response:
    """Fifty nodes in one state or in all, oldest first, from `first` on; `count` is how many there are."""
    djpk_account(request)
    now = centre_of(request).clock()
    with centre_of(request).database.read() as connection:
        found = listed(connection, state=state, wanted=q, first=max(0, first))
    nodes = [described(node, now) for node in found.nodes]
    return _answer({"schema": NODES_SCHEMA, "count": found.count, "nodes": nodes})


@router.get("/v1/nodes/{node_id}")
def show_node(request: Request, node_id: str) -> Response:
    """One node."""
    djpk_account(request)
    centre = centre_of(request)
    with centre.database.read() as connection:
        return _node(centre, store.get(connection, node_id))


@router.post("/v1/nodes/{node_id}/proposal")
async def propose(request: Request, node_id: str) -> Response:
    """Propose the Pemda for which a node may speak: {kode_pemda}."""
    said = await _read(request, _Proposal)
    return await _decide(
        request, lambda conn, by, at: mapping.propose(conn, node_id, said.kode_pemda, by, at.clock())
    )


@router.post("/v1/nodes/{node_id}/approval")
async def approve(request: Request, node_id: str) -> Response:
    """Approve what another officer proposed, with the code that was read out: {code, kode_pemda}."""
    said = await _read(request, _Approval)

    def act(conn: Connection, by: User, at: Centre) -> Node:
        keys = {"centre_der": at.key.public_der, "fresh_nonce": at.random(NONCE_BYTES)}
        return mapping.approve(conn, node_id, said.kode_pemda, said.code, by, at.clock(), **keys)

    return await _decide(request, act)


@router.post("/v1/nodes/{node_id}/rejection")
async def reject(request: Request, node_id: str) -> Response:
    """Turn a waiting node away: {reason}."""
    said = await _read(request, _Reason)
    return await _decide(
        request, lambda conn, by, at: mapping.reject(conn, node_id, said.reason, by, at.clock())
    )


@router.post("/v1/nodes/{node_id}/revocation")
async def revoke(request: Request, node_id: str) -> Response:
    """End a node's right to deliver: {reason}."""
    said = await _read(request, _Reason)
    return await _decide(
        request, lambda conn, by, at: mapping.revoke(conn, node_id, said.reason, by, at.clock())
    )


@router.post("/v1/nodes/{node_id}/snapshot-order")
async def ask_snapshot(request: Request, node_id: str) -> Response:
    """Ask a node to read the budget now; nothing needs to be said."""

    def act(conn: Connection, by: User, at: Centre) -> Node:
        asking.ask(conn, node_id, by, at.clock())
        return store.get(conn, node_id)

    return await _decide(request, act)


async def _read(request: Request, kind: type[Said]) -> Said:
    """The body as its form; a program need not write it canonically, as a node has to."""
    body = await bounded_body(request, MAX_BYTES)
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        fields = ", ".join(kind.model_fields)
        raise MalformedMessage(
            T("The request is not the JSON that was agreed on."),
            remedy=T("Send one object with: {fields}.", fields=fields),
        ) from error


async def _decide(request: Request, act: Callable[[Connection, User, Centre], Node]) -> Response:
    return await run_in_threadpool(_done, request, act)


def _done(request: Request, act: Callable[[Connection, User, Centre], Node]) -> Response:
    by, centre = djpk_account(request), centre_of(request)
    with centre.database.begin() as connection:
        node = act(connection, by, centre)
    return _node(centre, node)


def _node(centre: Centre, node: Node) -> Response:
    return _answer({"schema": NODE_SCHEMA, **described(node, centre.clock())})


def _pemda(conn: Connection, one: Pemda) -> dict[str, Any]:
    node = store.speaking_for(conn, one.kode_pemda)
    codes = {"kode_pemda": one.kode_pemda, "kode_bps": one.kode_bps, "kode_satker": one.kode_satker}
    return {**codes, "nama": one.nama, "node_id": node.node_id if node else None}


def _answer(fields: dict[str, Any]) -> Response:
    return Response(dumps(fields), media_type="application/json", headers=_NOT_KEPT)
