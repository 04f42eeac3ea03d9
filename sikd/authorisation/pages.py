"""The pages of a Pemda's APBD: what was delivered, what is in force, and the act that puts it in force."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Path
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contract.budget.kinds import by_kind
from sikd import intake, nodes, reference, verification
from sikd.authorisation import store
from sikd.authorisation.views import view
from sikd.web import ThisPage, page_router

router = page_router()
Tahun = Annotated[int, Path(ge=2020, le=2100)]
Note = Annotated[str, Form(max_length=2000)]
Statement = Annotated[str, Form(max_length=10)]


@router.get("/pemda/{kode_pemda}", name="pemda")
def pemda(page: ThisPage, kode_pemda: str) -> Response:
    """A Pemda: its node, and for each budget year what is in force and what was delivered."""
    known = reference.pemda_by_kode(kode_pemda)
    if known is None:
        raise HTTPException(404)
    with page.database.read() as conn:
        delivered = intake.snapshots_of(conn, kode_pemda)
        years = sorted({each.tahun_anggaran for each in delivered}, reverse=True)
        in_force = {tahun: store.in_force(conn, kode_pemda, tahun) for tahun in years}
        proposals = {tahun: store.proposals(conn, kode_pemda, tahun) for tahun in years}
        node = nodes.speaking_for(conn, kode_pemda)
        asked = nodes.asked_of(conn, node) if node else None
    return page.show(
        "authorisation/pemda.html",
        pemda=known,
        years=years,
        delivered=delivered,
        in_force=in_force,
        proposals=proposals,
        node=node,
        asked=asked,
    )


@router.get("/pemda/{kode_pemda}/berlaku/{tahun}", name="in_force")
def in_force(page: ThisPage, kode_pemda: str, tahun: Tahun) -> Response:
    """The authorised APBD of a year, whichever snapshot carries it; an address to keep."""
    with page.database.read() as conn:
        found = store.in_force(conn, kode_pemda, tahun)
    if found is None:
        raise HTTPException(404)
    return page.go("snapshot", kode_pemda=kode_pemda, snapshot_id=found.snapshot.snapshot_id)


@router.get("/pemda/{kode_pemda}/apbd/{snapshot_id}", name="snapshot")
def snapshot(page: ThisPage, kode_pemda: str, snapshot_id: str) -> Response:
    """A snapshot: its posture, what was noticed about it, and what this person can do with it."""
    with page.database.read() as conn:
        shown = view(conn, kode_pemda, snapshot_id)
    return page.show(
        "authorisation/snapshot.html",
        snapshot=shown.snapshot,
        view=shown,
        kinds=by_kind(shown.snapshot.findings),
        next_act=shown.next_act(page.signed_in),
    )


@router.post("/pemda/{kode_pemda}/apbd/{snapshot_id}/otorisasi", name="submit_authorisation")
def submit_authorisation(
    page: ThisPage, kode_pemda: str, snapshot_id: str, note: Note = "", stated: Statement = ""
) -> Response:
    """Put a verified content in force."""
    with page.database.begin() as conn:
        content_id = intake.snapshot(conn, kode_pemda, snapshot_id).content_id
        verification.require_statement(stated)
        store.authorise(conn, kode_pemda, content_id, page.signed_in, note.strip(), page.now)
    return page.go("snapshot", kode_pemda=kode_pemda, snapshot_id=snapshot_id, notice="diotorisasi")
