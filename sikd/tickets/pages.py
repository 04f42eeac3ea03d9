"""The pages on which officers of DJPK issue install tickets, see who used them, and take them back."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Form, Query
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError
from starlette.responses import Response

from contract.errors import ExplainedError
from contract.wire.ticket import Ticket
from sikd import audit, reference
from sikd.tickets import acts, store
from sikd.tickets.acts import DAYS, MOST_DAYS, SECRET_BYTES
from sikd.tickets.listing import A_PAGE, counts, listed
from sikd.tickets.store import TicketState
from sikd.tickets.words import TICKET_STATES
from sikd.web import Page, ThisPage, page_router
from sikd.web.qr import qr_code

router = page_router()
Field = Annotated[str, Form(max_length=500)]
Days = Annotated[int, Form(ge=-(2**31), lt=2**31)]
PageNumber = Annotated[int, Query(ge=1, le=1000)]
_MOST_FOUND, _FORM_BYTES = 30, 16


@router.get("/tiket", name="tickets")
def tickets(page: ThisPage, keadaan: str = "semua", cari: str = "", halaman: PageNumber = 1) -> Response:
    """The tickets in one state, or all of them, some at a time."""
    state = TicketState(keadaan) if keadaan in set(TicketState) else None
    first = (halaman - 1) * A_PAGE
    with page.database.read() as conn:
        found = listed(conn, page.now, state=state, wanted=cari, first=first, most=A_PAGE)
        alarmed = store.alarmed(conn, {each.ticket_id for each in found.tickets})
        by_state = counts(conn, page.now)
    return page.show(
        "tickets/tickets.html",
        tickets=found.tickets,
        count=found.count,
        alarmed=alarmed,
        state=state,
        states=TICKET_STATES,
        counts=by_state,
        wanted=cari,
        number=halaman,
        last=max(1, -(-found.count // A_PAGE)),
        query=urlencode({"keadaan": keadaan, "cari": cari}),
    )


@router.get("/tiket/baru", name="ticket_form")
def ticket_form(page: ThisPage, cari: str = "") -> Response:
    """The form that issues a ticket."""
    return _form(page, wanted=cari)


@router.post("/tiket", name="submit_ticket")
def submit_ticket(page: ThisPage, kode_pemda: Field = "", hari: Days = DAYS, form: Field = "") -> Response:
    """Issue a ticket and show it, this once; the same form again leads to the page of its ticket."""
    try:
        with page.database.begin() as conn:
            if known := store.of_form(conn, form):
                return page.go("ticket", ticket_id=known.ticket_id, notice="sudah")
            ticket = _issue(page, conn, kode_pemda, hari, form)
    except ExplainedError as error:
        return _form(page, wanted=kode_pemda, error=error)
    except IntegrityError:
        # The button was pressed twice, and another process has just issued this form's ticket.
        return page.go("tickets")
    text = ticket.to_text()
    return page.show("tickets/issued.html", ticket=ticket, text=text, qr=qr_code(text.upper()))


@router.get("/tiket/{ticket_id}", name="ticket")
def ticket(page: ThisPage, ticket_id: str) -> Response:
    """One ticket: what it is good for, who used it, and who came second."""
    return _show(page, ticket_id)


@router.post("/tiket/{ticket_id}/penarikan", name="submit_withdrawal")
def submit_withdrawal(page: ThisPage, ticket_id: str, reason: Field = "") -> Response:
    """Take a ticket back that nobody has used."""
    try:
        with page.database.begin() as conn:
            acts.withdraw(conn, ticket_id, reason, page.signed_in, page.now)
    except ExplainedError as error:
        return _show(page, ticket_id, error=error)
    return page.go("ticket", ticket_id=ticket_id, notice="ditarik")


def _form(page: Page, *, wanted: str, error: ExplainedError | None = None) -> Response:
    found = reference.find_pemda(wanted)
    return page.show(
        "tickets/form.html",
        status=error.status if error else 200,
        error=error,
        wanted=wanted,
        found=found[:_MOST_FOUND],
        more=max(0, len(found) - _MOST_FOUND),
        days=DAYS,
        most_days=MOST_DAYS,
        form=page.site.random(_FORM_BYTES).hex(),
    )


def _issue(page: Page, conn: Connection, kode_pemda: str, days: int, form: str) -> Ticket:
    return acts.issue(
        conn,
        kode_pemda,
        days,
        page.signed_in,
        page.now,
        address=page.site.public_url,
        centre_der=page.site.centre_der,
        secret=page.site.random(SECRET_BYTES),
        form_id=form[:32] or None,
    )


def _show(page: Page, ticket_id: str, *, error: ExplainedError | None = None) -> Response:
    with page.database.read() as conn:
        shown = store.get(conn, ticket_id)
        strangers = store.strangers_of(conn, ticket_id)
        history = audit.acts(conn, subject=ticket_id)
    return page.show(
        "tickets/ticket.html",
        status=error.status if error else 200,
        error=error,
        ticket=shown,
        state=shown.state(page.now),
        states=TICKET_STATES,
        strangers=strangers,
        history=history,
    )
