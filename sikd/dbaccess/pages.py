"""The pages of a Pemda's database access: entered by its admin on a phone, checked and configured by DJPK."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import Form as FormField
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contract.errors import ExplainedError
from contract.wire.identity import from_base64
from sikd import nodes, reference
from sikd.accounts import Role, User, users
from sikd.dbaccess import acts, store
from sikd.dbaccess.form import form_for
from sikd.dbaccess.words import ACCESS_STATES, OUTCOMES, STEPS, advice_for
from sikd.web import Page, ThisPage, page_router

router = page_router()
Sealed = Annotated[str, FormField(max_length=4096)]
Word = Annotated[str, FormField(max_length=64)]


@router.get("/pemda/{kode_pemda}/akses", name="access")
def access(page: ThisPage, kode_pemda: str) -> Response:
    """Where a Pemda's database access stands, and who acts next."""
    return _show(page, kode_pemda)


@router.get("/pemda/{kode_pemda}/akses/isi", name="access_form")
def access_form(page: ThisPage, kode_pemda: str) -> Response:
    """The form of Sinergi Mobile, which seals in the browser what is typed into it."""
    with page.database.read() as conn:
        form = form_for(conn, kode_pemda, page.site.random)
        node = nodes.mapped_to(conn, kode_pemda)
    return page.show("dbaccess/form.html", pemda=_pemda(kode_pemda), form=form, node=node)


@router.post("/pemda/{kode_pemda}/akses/isi", name="submit_access")
def submit_access(
    page: ThisPage,
    kode_pemda: str,
    node_id: Word,
    access_id: Annotated[str, FormField(pattern="^[0-9a-f]{32}$")],
    version: Annotated[int, FormField(ge=1, lt=2**53)],
    sealed: Sealed,
) -> Response:
    """Keep what the browser sealed; the centre cannot read it."""

    def enter(conn: Connection) -> None:
        entry = acts.Entry(node_id, access_id, version, from_base64(sealed))
        acts.enter(conn, kode_pemda, entry, page.signed_in, page.now)

    return _decide(page, kode_pemda, "dimasukkan", enter)


@router.post("/node/{node_id}/akses/periksa", name="submit_access_check")
def submit_access_check(page: ThisPage, node_id: str) -> Response:
    """Order the check through the agent."""
    return _officer(page, node_id, "diperiksa", acts.order_check)


@router.post("/node/{node_id}/akses/konfigurasi", name="submit_access_configuration")
def submit_access_configuration(page: ThisPage, node_id: str) -> Response:
    """Configure a valid access on Master SIKD."""
    return _officer(page, node_id, "dikonfigurasi", acts.configure)


def _officer(
    page: Page, node_id: str, notice: str, act: Callable[[Connection, nodes.Node, User, datetime], None]
) -> Response:
    with page.database.read() as conn:
        node = nodes.get(conn, node_id)
    if node.kode_pemda is None:
        raise HTTPException(404)
    return _decide(page, node.kode_pemda, notice, lambda conn: act(conn, node, page.signed_in, page.now))


def _decide(page: Page, kode_pemda: str, notice: str, act: Callable[[Connection], None]) -> Response:
    """Do one act, and show where the access stands: with what was done, or with why it was not."""
    try:
        with page.database.begin() as conn:
            act(conn)
    except ExplainedError as error:
        return _show(page, kode_pemda, error=error)
    return page.go("access", kode_pemda=kode_pemda, notice=notice)


def _show(page: Page, kode_pemda: str, *, error: ExplainedError | None = None) -> Response:
    pemda = _pemda(kode_pemda)
    with page.database.read() as conn:
        node = nodes.mapped_to(conn, kode_pemda)
        current = store.newest(conn, kode_pemda, node.node_id) if node else None
        entries = store.history(conn, kode_pemda)
        people = users(conn)
    return page.show(
        "dbaccess/access.html",
        status=error.status if error else 200,
        error=error,
        pemda=pemda,
        node=node,
        access=current,
        history=entries,
        admins=[each for each in people if _enters(each, kode_pemda)],
        advice=advice_for(current) if current else None,
        access_states=ACCESS_STATES,
        step_names=STEPS,
        outcomes=OUTCOMES,
    )


def _enters(person: User, kode_pemda: str) -> bool:
    return person.active and person.role is Role.ADMIN and person.kode_pemda == kode_pemda


def _pemda(kode_pemda: str) -> reference.Pemda:
    known = reference.pemda_by_kode(kode_pemda)
    if known is None:
        raise HTTPException(404)
    return known
