"""What a person of the Pemda does on a snapshot's page: verify it, or open a proposed replacement."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from sikd import intake
from sikd.verification import store
from sikd.web import ThisPage, page_router

router = page_router()
Note = Annotated[str, Form(max_length=2000)]
Statement = Annotated[str, Form(max_length=10)]


@router.post("/pemda/{kode_pemda}/apbd/{snapshot_id}/verifikasi", name="submit_verification")
def submit_verification(
    page: ThisPage, kode_pemda: str, snapshot_id: str, note: Note = "", stated: Statement = ""
) -> Response:
    """State that this content is what was enacted."""
    with page.database.begin() as conn:
        content_id = intake.snapshot(conn, kode_pemda, snapshot_id).content_id
        store.require_statement(stated)
        store.verify(conn, kode_pemda, content_id, page.signed_in, note.strip(), page.now)
    return page.go("snapshot", kode_pemda=kode_pemda, snapshot_id=snapshot_id, notice="diverifikasi")


@router.post("/pemda/{kode_pemda}/apbd/{snapshot_id}/usulan", name="submit_opening")
def submit_opening(page: ThisPage, kode_pemda: str, snapshot_id: str) -> Response:
    """Let a proposed replacement be verified; what is in force stays so until that is authorised."""
    with page.database.begin() as conn:
        content_id = intake.snapshot(conn, kode_pemda, snapshot_id).content_id
        store.open_replacement(conn, kode_pemda, content_id, page.signed_in, page.now)
    return page.go("snapshot", kode_pemda=kode_pemda, snapshot_id=snapshot_id, notice="dibuka")
