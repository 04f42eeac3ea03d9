"""How an error reaches a program: RFC 9457 problem+json, made in one place; nothing of the inside leaks."""

from __future__ import annotations

import logging
from datetime import datetime
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from contract.errors import Busy, ClockSkew, ExplainedError
from contract.wire.messages import PROBLEM_URN, Problem
from sikd.centre import centre_of

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 60
log = logging.getLogger("sikd")


def answer_with_problems(app: FastAPI) -> None:
    """Let every error of the API leave as a problem."""
    app.add_exception_handler(ExplainedError, _explained)
    app.add_exception_handler(HTTPException, _of_status)
    app.add_exception_handler(RequestValidationError, _no_such_address)
    app.add_exception_handler(DataError, _no_such_address)
    app.add_exception_handler(OperationalError, _without_database)
    app.add_exception_handler(Exception, _unexpected)


def problem(error: ExplainedError, now: datetime) -> Response:
    """An explained error as a program reads it; only a clock that differs is told the time."""
    about = Problem.of(error, server_time=now if isinstance(error, ClockSkew) else None)
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if isinstance(error, Busy) else {}
    return Response(about.to_bytes(), error.status, media_type=MEDIA_TYPE, headers=headers)


def _explained(request: Request, error: Exception) -> Response:
    if not isinstance(error, ExplainedError):
        return _unexpected(request, error)
    log.info("request refused path=%r code=%s", request.url.path, error.code)
    return problem(error, centre_of(request).clock())


def _of_status(request: Request, error: Exception) -> Response:  # noqa: ARG001
    status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus(500)
    return _plain(status)


def _no_such_address(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """An address of a wrong type, or of a name that the database cannot hold, such as one with a NUL."""
    return _plain(HTTPStatus.NOT_FOUND)


def _without_database(request: Request, error: Exception) -> Response:
    log.error("database not available path=%r error=%s", request.url.path, type(error).__name__)
    answer = _plain(HTTPStatus.SERVICE_UNAVAILABLE)
    answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def _unexpected(request: Request, error: Exception) -> Response:
    # Starlette logs the traceback after this answer; the answer itself says nothing of it.
    log.error("request failed path=%r error=%s", request.url.path, type(error).__name__)
    return _plain(HTTPStatus.INTERNAL_SERVER_ERROR)


def _plain(status: HTTPStatus) -> Response:
    slug = status.phrase.lower().replace(" ", "-")
    about = Problem(type=PROBLEM_URN + slug, title=status.phrase, status=status, code="SIKD-E000")
    return Response(about.to_bytes(), status, media_type=MEDIA_TYPE)
