"""What nodes call: who the centre is, registration, and the sign of life."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import IntegrityError
from starlette.concurrency import run_in_threadpool

from contract.wire import messages
from contract.wire.identity import to_base64
from contract.wire.messages import MAX_MESSAGE_BYTES, Checkin, Registered
from contract.wire.succession import Successor, verify_succession
from sikd.centre import Centre, centre_of
from sikd.nodes import checkin, enrolment, succession
from sikd.nodes.due import AskDue
from sikd.nodes.rules import network_of
from sikd.nodes.signed import bounded_body, signed_request
from sikd.nodes.store import Node

ENVELOPE = "application/vnd.dsse+json"
router = APIRouter()


@router.get("/v1/centre")
async def who(request: Request) -> Response:
    """Who the centre is: its key and its public address, signed by that key."""
    centre = centre_of(request)
    says = messages.Centre(
        public_url=centre.settings.public_url,
        key=to_base64(centre.key.public_der),
        server_time=centre.clock(),
    )
    return Response(says.signed(centre.key.private), media_type=ENVELOPE)


@router.post("/v1/nodes")
async def register(request: Request) -> Response:
    """Make a node known by its two keys; the same keys may register again."""
    body = await bounded_body(request, MAX_MESSAGE_BYTES)
    return Response(await run_in_threadpool(_register, request, body), media_type=ENVELOPE)


@router.post("/v1/successions")
async def succeed(request: Request) -> Response:
    """Hear of a new key that takes the place of another; the answer is about the new node."""
    said = verify_succession(await bounded_body(request, MAX_MESSAGE_BYTES))
    return Response(await run_in_threadpool(_succeed, request, said), media_type=ENVELOPE)


@router.post("/v1/checkin")
async def check_in(request: Request) -> Response:
    """Hear a node's sign of life and tell it where it stands."""
    signed = await signed_request(request, max_bytes=MAX_MESSAGE_BYTES)
    message = Checkin.from_bytes(await signed.body(), max_bytes=MAX_MESSAGE_BYTES)
    return Response(
        await run_in_threadpool(_check_in, request, signed.node.node_id, message), media_type=ENVELOPE
    )


def _register(request: Request, body: bytes) -> bytes:
    centre, registered = centre_of(request), messages.verify_registration(body)
    network = network_of(request.client.host if request.client else "")
    try:
        node = _known(centre, registered, network)
    except IntegrityError:
        # The same node registered through another process at this very moment; now it is found.
        node = _known(centre, registered, network)
    return checkin.signed_answer(node, "", node.counter, centre.key, centre.clock())


def _known(centre: Centre, registered: Registered, network: str) -> Node:
    with centre.database.begin() as connection:
        return enrolment.register(connection, registered, network, centre.clock(), centre.random)


def _succeed(request: Request, said: Successor) -> bytes:
    centre, network = centre_of(request), network_of(request.client.host if request.client else "")
    with centre.database.begin() as connection:
        node = succession.succeed(connection, said, network, centre.clock(), centre.random)
    return checkin.signed_answer(node, "", node.counter, centre.key, centre.clock())


def _check_in(request: Request, node_id: str, message: Checkin) -> bytes:
    centre = centre_of(request)
    ask: AskDue = request.app.state.due
    with centre.database.begin() as connection:
        return checkin.check_in(connection, node_id, message, centre.key, centre.clock(), ask)
