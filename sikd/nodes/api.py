"""What nodes call: who the centre is, registration, and the sign of life."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import IntegrityError
from starlette.concurrency import run_in_threadpool

from contract.wire import messages
from contract.wire.identity import to_base64
from contract.wire.messages import MAX_MESSAGE_BYTES, Centre, Checkin, Registered
from sikd.nodes import checkin, enrolment
from sikd.nodes.rules import network_of
from sikd.nodes.signed import bounded_body, signed_request
from sikd.nodes.store import Node

ENVELOPE = "application/vnd.dsse+json"
router = APIRouter()


@router.get("/v1/centre")
async def centre(request: Request) -> Response:
    """Who the centre is: its key and its public address, signed by that key."""
    state = request.app.state
    says = Centre(
        public_url=state.settings.public_url, key=to_base64(state.key.public_der), server_time=state.clock()
    )
    return Response(says.signed(state.key.private), media_type=ENVELOPE)


@router.post("/v1/nodes")
async def register(request: Request) -> Response:
    """Make a node known by its two keys; the same keys may register again."""
    body = await bounded_body(request, MAX_MESSAGE_BYTES)
    return Response(await run_in_threadpool(_register, request, body), media_type=ENVELOPE)


@router.post("/v1/checkin")
async def check_in(request: Request) -> Response:
    """Hear a node's sign of life and tell it where it stands."""
    signed = await signed_request(request, max_bytes=MAX_MESSAGE_BYTES)
    message = Checkin.from_bytes(await signed.body(), max_bytes=MAX_MESSAGE_BYTES)
    return Response(
        await run_in_threadpool(_check_in, request, signed.node.node_id, message), media_type=ENVELOPE
    )


def _register(request: Request, body: bytes) -> bytes:
    state, now = request.app.state, request.app.state.clock()
    registered = messages.verify_registration(body)
    network = network_of(request.client.host if request.client else "")
    try:
        node = _known(request, registered, network, now)
    except IntegrityError:
        # The same node registered through another process at this very moment; now it is found.
        node = _known(request, registered, network, now)
    return checkin.signed_answer(node, "", node.counter, state.key, now)


def _known(request: Request, registered: Registered, network: str, now: datetime) -> Node:
    with request.app.state.database.begin() as connection:
        return enrolment.register(connection, registered, network, now, request.app.state.random)


def _check_in(request: Request, node_id: str, message: Checkin) -> bytes:
    state = request.app.state
    with state.database.begin() as connection:
        return checkin.check_in(connection, node_id, message, state.key, state.clock(), state.due)
