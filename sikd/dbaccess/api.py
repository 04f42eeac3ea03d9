"""What nodes call about their database access: they report what they make of it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from contract.wire.messages import MAX_MESSAGE_BYTES
from sikd.centre import centre_of
from sikd.dbaccess.reports import take_report
from sikd.nodes import get, signed_request

router = APIRouter()


@router.post("/v1/access-reports", status_code=204)
async def report(request: Request) -> Response:
    """Take a node's signed report about its database access."""
    signed = await signed_request(request, max_bytes=MAX_MESSAGE_BYTES)
    await run_in_threadpool(_take, request, signed.node.node_id, await signed.body())
    return Response(status_code=204)


def _take(request: Request, node_id: str, data: bytes) -> None:
    centre = centre_of(request)
    with centre.database.begin() as connection:
        take_report(connection, get(connection, node_id, lock=True), data, centre.clock())
