"""Signing in, signing out, and one's own account."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form
from starlette.responses import RedirectResponse, Response

from contract.errors import ExplainedError
from contract.text import T
from sikd.accounts import attempts, authenticator, sessions
from sikd.accounts.errors import PasswordTooWeak, WrongPassword
from sikd.accounts.store import User, authenticate, change_password
from sikd.web import Page, ThisPage, page_router
from sikd.web.qr import qr_code

router = page_router()
Field = Annotated[str, Form(max_length=400)]


@router.get("/masuk", name="sign_in")
def sign_in(page: ThisPage, tujuan: str = "") -> Response:
    """The form to sign in with; a visitor gets a random cookie first, so that the form is theirs alone."""
    if page.user is not None:
        return page.go("home")
    fresh = page.with_cookie(page.cookie or page.site.new_token())
    response = fresh.show("accounts/sign_in.html", goal=_own_address(tujuan), username="", error=None)
    page.site.cookies.set_visitor(response, fresh.cookie)
    return response


@router.post("/masuk", name="submit_sign_in")
def submit_sign_in(
    page: ThisPage, username: Field = "", password: Field = "", code: Field = "", tujuan: Field = ""
) -> Response:
    """Sign in and go where the visitor wanted to go, with a new cookie that nobody has seen before."""
    try:
        user = _known(page, username.strip().lower(), password, code)
    except ExplainedError as error:
        values = {"goal": _own_address(tujuan), "username": username, "error": error}
        return page.show("accounts/sign_in.html", status=error.status, **values)
    token = page.site.new_token()
    with page.database.begin() as conn:
        attempts.forget_failures(conn, user.username)
        sessions.open_session(conn, user, token, page.now)
    response = RedirectResponse(_own_address(tujuan) or page.address("home"), 303)
    page.site.cookies.set_visitor(response, token)
    return response


@router.post("/keluar", name="sign_out")
def sign_out(page: ThisPage) -> Response:
    """End this session."""
    with page.database.begin() as conn:
        sessions.close_session(conn, page.cookie)
    response = page.go("home")
    page.site.cookies.forget_visitor(response)
    return response


@router.get("/akun", name="own_account")
def own_account(page: ThisPage) -> Response:
    """Who one is to the centre, and the form for another password."""
    return page.show("accounts/own_account.html", error=None)


@router.post("/akun/sandi", name="submit_password")
def submit_password(
    page: ThisPage, old: Field = "", new: Field = "", again: Field = "", code: Field = ""
) -> Response:
    """Change one's password; every session of this person ends, so that a thief is out as well."""
    try:
        user = _known(page, page.signed_in.username, old, code)
        _require_same(new, again)
        with page.database.begin() as conn:
            change_password(conn, user.username, new, user.username, page.now)
            sessions.close_sessions(conn, user.username)
    except ExplainedError as error:
        return page.show("accounts/own_account.html", status=error.status, error=error)
    return page.go("sign_in", notice="sandi-diganti")


@router.get("/akun/autentikator", name="authenticator")
def show_authenticator(page: ThisPage) -> Response:
    """A new secret for an authenticator app, and the form that proves that the app has it."""
    return _authenticator(page, page.site.random(authenticator.SECRET_BYTES))


@router.post("/akun/autentikator", name="submit_authenticator")
def submit_authenticator(
    page: ThisPage, password: Field = "", code: Field = "", secret: Field = ""
) -> Response:
    """Set an authenticator up; after a slip the secret stays, which the app has by then."""
    shown = authenticator.from_text(secret)
    try:
        user = _known(page, page.signed_in.username, password, code)
        with page.database.begin() as conn:
            authenticator.set_up(conn, user.username, shown, code, page.now)
    except ExplainedError as error:
        return _authenticator(page, shown, error=error)
    return page.go("own_account", notice="autentikator")


@router.post("/akun/autentikator/lepas", name="submit_no_authenticator")
def submit_no_authenticator(page: ThisPage, password: Field = "", code: Field = "") -> Response:
    """Take the authenticator of this account away."""
    try:
        user = _known(page, page.signed_in.username, password, code)
        with page.database.begin() as conn:
            authenticator.take_away(conn, user.username, user.username, page.now)
    except ExplainedError as error:
        return page.show("accounts/own_account.html", status=error.status, error=error)
    return page.go("own_account", notice="tanpa-autentikator")


def _authenticator(page: Page, secret: bytes, *, error: ExplainedError | None = None) -> Response:
    address = authenticator.address(page.signed_in.username, secret)
    return page.show(
        "accounts/authenticator.html",
        status=error.status if error else 200,
        error=error,
        secret=authenticator.as_text(secret),
        qr=qr_code(address),
    )


def _known(page: Page, username: str, password: str, code: str) -> User:
    """The user with this name, password and code; raises TooManyAttempts, or WrongPassword and counts it."""
    address = page.request.client.host if page.request.client else ""
    # Hashing takes long, so it is done where no other writer has to wait for it.
    with page.database.read() as conn:
        attempts.require_patience(conn, username, address, page.now)
        user = authenticate(conn, username, password)
    try:
        if user is None:
            raise WrongPassword(
                T("User name and password do not fit together."),
                remedy=T("Check both; if you forgot the password, ask your admin for a new one."),
            )
        with page.database.begin() as conn:
            authenticator.require_code(conn, username, code, page.now)
    except WrongPassword:
        with page.database.begin() as conn:
            attempts.count_failure(conn, username, address, page.now)
        raise
    return user


def _require_same(new: str, again: str) -> None:
    if new != again:
        raise PasswordTooWeak(
            T("The two new passwords differ."), remedy=T("Write the new password twice in the same way.")
        )


def _own_address(goal: str) -> str:
    """An address of this site to go to after signing in; empty for any other, such as `//elsewhere`."""
    return goal if goal.startswith("/") and not goal.startswith(("//", "/\\")) and goal.isprintable() else ""
