"""What a visitor reads when a page cannot be shown: what happened, and what to do."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from contract.errors import ExplainedError
from contract.text import T, Text
from sikd.web.page import NotSignedIn, PasswordGiven, visit

_WORDS: dict[int, tuple[Text, Text]] = {
    400: (
        T("The form could not be accepted."),
        T("It was made for another sign-in, or stood open too long. Load the page again, and repeat."),
    ),
    403: (
        T("This page is not for your role."),
        T("Ask the person whose task it is, or sign in with another account."),
    ),
    404: (T("There is nothing here."), T("Check the address, or look for it from the home page.")),
    405: (T("This page cannot be used in this way."), T("Go back, and use the button or link on the page.")),
}
_OTHER = (
    T("The page could not be shown."),
    T("Try again in a moment; if that fails, call Dering DJPK 150420."),
)


def add_error_pages(app: FastAPI) -> None:
    """Answer every error with a page."""
    app.add_exception_handler(NotSignedIn, _to_sign_in)
    app.add_exception_handler(PasswordGiven, _to_own_account)
    app.add_exception_handler(HTTPException, _of_status)
    app.add_exception_handler(RequestValidationError, _of_form)
    app.add_exception_handler(ExplainedError, _explained)
    app.add_exception_handler(DataError, _of_nothing)
    app.add_exception_handler(Exception, _unexpected)


def _to_sign_in(request: Request, error: Exception) -> Response:  # noqa: ARG001
    address = str(request.app.url_path_for("sign_in"))
    if request.method == "GET":
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        address += f"?tujuan={quote(wanted, safe='/')}"
    return _sent_to(request, address)


def _to_own_account(request: Request, error: Exception) -> Response:  # noqa: ARG001
    return _sent_to(request, str(request.app.url_path_for("own_account")))


def _sent_to(request: Request, address: str) -> Response:
    if "hx-request" in request.headers:
        # A part of a page was asked for; the browser itself has to go.
        return Response(status_code=200, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


def _of_status(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _page(request, status, *_WORDS.get(status, _OTHER))


def _of_nothing(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """Nobody and nothing has a name that the database cannot even hold, such as one with a NUL."""
    return _page(request, 404, *_WORDS[404])


def _of_form(request: Request, error: Exception) -> Response:  # noqa: ARG001
    return _page(request, 400, *_WORDS[400])


def _explained(request: Request, error: Exception) -> Response:
    if not isinstance(error, ExplainedError):
        return _unexpected(request, error)
    return _page(request, error.status, error.problem, error.remedy)


def _unexpected(request: Request, error: Exception) -> Response:  # noqa: ARG001
    return _page(request, 500, *_OTHER)


def _page(request: Request, status: int, problem: Text, remedy: Text) -> Response:
    return visit(request).show(
        "web/error.html", status=status, problem_status=status, problem=problem, remedy=remedy
    )
