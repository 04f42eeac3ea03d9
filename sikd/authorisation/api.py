"""What DJPK's own programs read: the budgets in force of a year, and the lines of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from starlette.responses import StreamingResponse

from contract.budget.line import KEY_FIELDS
from contract.text import T
from contract.wire.canonical import dumps
from contract.wire.documents import format_time
from contract.wire.manifest import WireTotals
from sikd import intake, reference
from sikd.accounts.programs import djpk_account
from sikd.authorisation import store
from sikd.authorisation.store import InForce
from sikd.centre import centre_of
from sikd.database import Database
from sikd.errors import NothingThere

SCHEMA = "sikd.apbd/1"
LINES_AT_ONCE = 5000
Tahun = Annotated[int, Path(ge=2020, le=2100)]
_NOT_KEPT = {"Cache-Control": "no-store"}
router = APIRouter()


@router.get("/v1/apbd/{tahun}")
def apbd_in_force(request: Request, tahun: Tahun) -> Response:
    """Every authorised budget of a year, in the order of the kode Pemda."""
    djpk_account(request)
    with centre_of(request).database.read() as connection:
        found = [_described(each) for each in store.all_in_force(connection, tahun)]
    body = dumps({"schema": SCHEMA, "tahun_anggaran": tahun, "apbd": found})
    return Response(body, media_type="application/json", headers=_NOT_KEPT)


@router.get("/v1/apbd/{tahun}/{kode_pemda}/lines")
def apbd_lines(request: Request, tahun: Tahun, kode_pemda: str) -> Response:
    """The lines of one authorised budget as TSV, under a header, in canonical order."""
    djpk_account(request)
    database = centre_of(request).database
    with database.read() as connection:
        found = store.in_force(connection, kode_pemda, tahun)
    if found is None:
        raise NothingThere(
            T(
                "Pemda {kode_pemda} has no authorised APBD of {tahun}.",
                kode_pemda=kode_pemda[:20],
                tahun=tahun,
            ),
            remedy=T("Ask for the list of the year first."),
        )
    tag = _NOT_KEPT | {"ETag": f'"{found.snapshot.content_id}"'}
    lines = _lines(database, kode_pemda, found.snapshot.content_id)
    return StreamingResponse(lines, media_type="text/tab-separated-values", headers=tag)


def _lines(database: Database, kode_pemda: str, content_id: str) -> Iterator[str]:
    yield "\t".join((*KEY_FIELDS, "nilai_anggaran")) + "\n"
    with database.read() as connection:
        for some in intake.all_lines(connection, kode_pemda, content_id, LINES_AT_ONCE):
            yield "".join("\t".join((*line[:8], line.nilai_anggaran.to_wire())) + "\n" for line in some)


def _described(found: InForce) -> dict[str, object]:
    delivered = found.snapshot
    pemda = reference.pemda_by_kode(delivered.kode_pemda)
    return {
        "kode_pemda": delivered.kode_pemda,
        "nama_pemda": pemda.nama if pemda else "",
        "content_id": delivered.content_id,
        "snapshot_id": delivered.snapshot_id,
        "received_at": format_time(delivered.received_at),
        "verified_by": found.verification.by,
        "verified_at": format_time(found.verification.at),
        "authorised_by": found.authorised_by,
        "authorised_at": format_time(found.authorised_at),
        **WireTotals.of(delivered.totals).model_dump(mode="json"),
    }
