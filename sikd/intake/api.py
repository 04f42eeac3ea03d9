"""The three calls of a delivery, each of which may be repeated: commit, send segments, ask for the state."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from contract.errors import UnknownSnapshot
from contract.text import T
from contract.wire.envelope import MAX_ENVELOPE_BYTES
from contract.wire.manifest import MAX_SNAPSHOT_BYTES, WireFinding
from contract.wire.messages import SnapshotAnswer
from contract.wire.states import SnapshotState
from sikd import nodes
from sikd.centre import centre_of
from sikd.intake import parts, receive, store
from sikd.intake.commit import commit, require_mapped
from sikd.intake.finish import finish
from sikd.intake.heads import Head, Key
from sikd.intake.judging import Judge
from sikd.intake.store import Snapshot
from sikd.intake.uploads import Uploads

_START = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_SNAPSHOT_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)
router = APIRouter()


@router.put("/v1/snapshots/{snapshot_id}")
async def put_snapshot(request: Request, snapshot_id: str) -> Response:
    """Take a commitment: an envelope by the node's key around a manifest."""
    signed = await nodes.signed_request(request, max_bytes=MAX_ENVELOPE_BYTES)
    body = await signed.body()
    key = await run_in_threadpool(_commit, request, signed.node.node_id, _known_id(snapshot_id), body)
    return await _answered(request, key)


@router.post("/v1/snapshots/{snapshot_id}/segments")
async def post_segments(request: Request, snapshot_id: str) -> Response:
    """Take the frames of lacking segments, in the list's order; each is kept as soon as it is whole."""
    return await _receive(request, snapshot_id, 0)


@router.post("/v1/snapshots/{snapshot_id}/segments/{start}")
async def post_rest_of_segments(request: Request, snapshot_id: str, start: str) -> Response:
    """Take them without the first bytes, which are here from an upload that broke off."""
    if not _START.fullmatch(start):
        raise receive.not_these(snapshot_id[:64])
    return await _receive(request, snapshot_id, int(start))


async def _receive(request: Request, snapshot_id: str, start: int) -> Response:
    signed = await nodes.signed_request(request, max_bytes=MAX_SNAPSHOT_BYTES)
    key = (require_mapped(signed.node), _known_id(snapshot_id))
    uploads: Uploads = request.app.state.uploads
    with uploads.place(signed.node.node_id):
        listed = await run_in_threadpool(_expected, request, key, start + signed.length)
        with uploads.heads.upload(key, listed, start) as reader:
            async for chunk in signed.chunks():
                for part, frame in reader.feed(chunk):
                    await uploads.work(_take, request, key, part, frame)
    return await _answered(request, key)


@router.get("/v1/snapshots/{snapshot_id}")
async def get_snapshot(request: Request, snapshot_id: str) -> Response:
    """Say where a snapshot stands: state, findings, receipts, and what is lacking."""
    signed = await nodes.signed_request(request, max_bytes=0)
    await signed.body()
    return await _answered(request, (require_mapped(signed.node), _known_id(snapshot_id)))


def _commit(request: Request, node_id: str, snapshot_id: str, body: bytes) -> Key:
    centre, judge = centre_of(request), _judge_of(request)
    with centre.database.begin() as connection:
        committed = commit(connection, body, snapshot_id, node_id, judge, centre.key, centre.clock())
    return committed.kode_pemda, snapshot_id


def _expected(request: Request, key: Key, length: int) -> tuple[parts.Part, ...]:
    with centre_of(request).database.read() as connection:
        return receive.expected(connection, *key, length)


def _take(request: Request, key: Key, part: parts.Part, frame: bytes) -> None:
    centre = centre_of(request)
    receive.take(centre.database, key, part, frame, centre.clock())


async def _answered(request: Request, key: Key) -> Response:
    uploads: Uploads = request.app.state.uploads
    return await run_in_threadpool(_answer, request, key, uploads.heads.head_of(key))


def _answer(request: Request, key: Key, head: Head | None) -> Response:
    """Where a snapshot stands; one that is complete is judged first."""
    centre = centre_of(request)
    with centre.database.read() as connection:
        found = store.snapshot(connection, *key)
        answer = _answer_about(connection, found, head)
    if found.state is SnapshotState.COMPLETE:
        with centre.database.begin() as connection:
            found = finish(connection, found, _judge_of(request), centre.key, centre.clock())
            answer = _answer_about(connection, found, head)
    return Response(answer.to_bytes(), media_type="application/json")


def _answer_about(conn: Connection, found: Snapshot, head: Head | None) -> SnapshotAnswer:
    lacking = parts.lacking(parts.parts_of(conn, found.kode_pemda, found.snapshot_id))
    receipts = [receipt for receipt in (found.commit_receipt, found.last_receipt) if receipt is not None]
    return SnapshotAnswer(
        snapshot_id=found.snapshot_id,
        state=found.state,
        reason=found.reason,
        lacking=tuple(part.sha256 for part in lacking),
        held=head.saves(lacking) if head else 0,
        receipts=tuple(receipt.decode() for receipt in receipts),
        findings=tuple(WireFinding.of(each) for each in found.findings),
    )


def _judge_of(request: Request) -> Judge:
    judge: Judge = request.app.state.judge
    return judge


def _known_id(snapshot_id: str) -> str:
    if not _SNAPSHOT_ID.fullmatch(snapshot_id):
        raise UnknownSnapshot(
            T("No snapshot {snapshot_id} was committed for this Pemda.", snapshot_id=repr(snapshot_id[:64])),
            remedy=T("Commit the snapshot first; `sinergi push` does it."),
        )
    return snapshot_id
