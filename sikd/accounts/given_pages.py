"""The pages on which accounts are given to other people, and taken back."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from contract.errors import ExplainedError
from sikd import audit, reference
from sikd.accounts import given
from sikd.accounts.given import GIVES
from sikd.accounts.roles import Role
from sikd.web import Page, ThisPage, page_router

router = page_router()
Field = Annotated[str, Form(max_length=100)]
_MOST = 100


@router.get("/orang", name="accounts")
def accounts(page: ThisPage, cari: str = "") -> Response:
    """The accounts that this person gives, by name or Pemda, and the form for another one."""
    return _list(page, wanted=cari)


@router.post("/orang", name="submit_account")
def submit_account(
    page: ThisPage, role: Annotated[Role, Form()], username: Field = "", kode_pemda: Field = ""
) -> Response:
    """Give an account, and show its first password, this once."""
    name, kode = username.strip().lower(), kode_pemda.strip() or None
    try:
        with page.database.begin() as conn:
            password = given.give(conn, name, role, kode, page.signed_in, page.now, page.site.random)
    except ExplainedError as error:
        return _list(page, error=error, username=username, role=role.value, kode_pemda=kode_pemda)
    return page.show("accounts/first_password.html", username=name, password=password)


@router.get("/orang/{username}", name="account")
def account(page: ThisPage, username: str) -> Response:
    """One account: whose it is, what was done with it, and what can be."""
    with page.database.read() as conn:
        user = given.account_of(conn, username, page.signed_in)
        history = audit.acts(conn, subject=user.username)
    return page.show("accounts/account.html", account=user, history=history)


@router.post("/orang/{username}/sandi", name="submit_first_password")
def submit_first_password(page: ThisPage, username: str) -> Response:
    """Another first password for somebody who forgot theirs."""
    with page.database.begin() as conn:
        password = given.give_password(conn, username, page.signed_in, page.now, page.site.random)
    return page.show("accounts/first_password.html", username=username, password=password)


@router.post("/orang/{username}/penutupan", name="submit_closing")
def submit_closing(page: ThisPage, username: str) -> Response:
    """Close an account."""
    with page.database.begin() as conn:
        given.close(conn, username, page.signed_in, page.now)
    return page.go("account", username=username, notice="ditutup")


@router.post("/orang/{username}/pembukaan", name="submit_opening_again")
def submit_opening_again(page: ThisPage, username: str) -> Response:
    """Open an account that was closed."""
    with page.database.begin() as conn:
        given.open_again(conn, username, page.signed_in, page.now)
    return page.go("account", username=username, notice="dibuka")


def _list(page: Page, *, wanted: str = "", error: ExplainedError | None = None, **entered: str) -> Response:
    text, named = wanted.strip().lower(), {one.kode_pemda for one in reference.find_pemda(wanted)}
    with page.database.read() as conn:
        everybody = given.given_by(conn, page.signed_in)
    found = [each for each in everybody if text in each.username or each.kode_pemda in named]
    return page.show(
        "accounts/accounts.html",
        status=error.status if error else 200,
        error=error,
        wanted=wanted,
        accounts=found[:_MOST],
        count=len(found),
        roles=[role for role in Role if role in GIVES[page.signed_in.role]],
        entered={"username": "", "role": "", "kode_pemda": ""} | entered,
    )
