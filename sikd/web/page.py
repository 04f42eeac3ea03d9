"""One visit to one page: who asks, in which language, and how they are answered.

Every page of every stage is reached through `page_of`, so what is checked here is checked everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sikd.accounts import User
from sikd.accounts.sessions import find_session, keep_open
from sikd.database import Database
from sikd.web.cookies import LANGUAGE_COOKIE
from sikd.web.form_token import FIELD, is_form_token
from sikd.web.i18n import Language, preferred
from sikd.web.permissions import PERMISSIONS, WITH_A_GIVEN_PASSWORD
from sikd.web.rendering import render
from sikd.web.site import Site, site_of


class NotSignedIn(Exception):
    """The page is only for people who are signed in, and may be so after a sign-in."""


class PasswordGiven(Exception):
    """Somebody else knows this person's password; nothing is done in their name until it was changed."""


@dataclass(frozen=True)
class Page:
    """A visit that may see this page; `user` is None where nobody is signed in."""

    request: Request
    site: Site
    user: User | None
    cookie: str
    language: Language
    now: datetime

    @property
    def database(self) -> Database:
        """The centre's database."""
        return self.site.database

    @property
    def signed_in(self) -> User:
        """The user; NotSignedIn where a page that is open to all asks for one."""
        if self.user is None:
            raise NotSignedIn
        return self.user

    @property
    def notice(self) -> str:
        """The word by which a page that redirected here says what was done."""
        return self.request.query_params.get("pesan", "")[:40]

    def may(self, route: str) -> bool:
        """Whether this visitor's role may open a page or send a form."""
        return (self.user.role if self.user else None) in PERMISSIONS[route]

    def show(self, template: str, *, status: int = 200, **values: object) -> Response:
        """The page made from `<stage>/<name>.html` and these values."""
        response = HTMLResponse(render(self, template, values), status)
        if chosen_language(self.request) is not None:
            self.site.cookies.set_language(response, self.language)
        return response

    def download(self, content: bytes, name: str) -> Response:
        """A JSON document as a file with a name of ours."""
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type="application/json", headers=headers)

    def go(self, route: str, *, notice: str = "", **path: str) -> RedirectResponse:
        """Send the browser on with GET after a form was taken, so that reloading repeats nothing."""
        said = f"?{urlencode({'pesan': notice})}" if notice else ""
        return RedirectResponse(self.address(route, **path) + said, 303)

    def address(self, route: str, **path: str) -> str:
        """The address of a page by its name in the table of permissions."""
        return str(self.request.app.url_path_for(route, **path))

    def address_in(self, language: str) -> str:
        """The address of this page in another language."""
        url = self.request.url.include_query_params(lang=language).remove_query_params("pesan")
        return f"{url.path}?{url.query}"

    def with_cookie(self, cookie: str) -> Page:
        """The same visit, by a visitor who is given this cookie with the answer."""
        return replace(self, cookie=cookie)


async def _submitted_token(request: Request) -> str | None:
    """The token in a form; None where no form was sent."""
    if request.method in {"GET", "HEAD"}:
        return None
    return str((await request.form()).get(FIELD, ""))


def page_of(request: Request, token: Annotated[str | None, Depends(_submitted_token)]) -> Page:
    """Let a visitor through to a page, or not.

    1. Who asks is known by the cookie.
    2. A form was made for this very visitor.
    3. The table of permissions lets this role see this page.
    4. The password is known to this person alone, or this is where to change it.
    5. What belongs to a Pemda is there for this Pemda and DJPK, and for another Pemda does not exist.
    """
    page = visit(request)
    if token is not None and not is_form_token(token, page.cookie):
        raise HTTPException(400)
    if not page.may(request.scope["route"].name):
        raise HTTPException(403) if page.user else NotSignedIn
    if page.user and page.user.must_change and request.scope["route"].name not in WITH_A_GIVEN_PASSWORD:
        raise PasswordGiven
    if page.user and page.user.kode_pemda not in {
        None,
        request.path_params.get("kode_pemda", page.user.kode_pemda),
    }:
        raise HTTPException(404)
    return page


def visit(request: Request) -> Page:
    """A visit whose visitor is known and whose right to the page was not judged."""
    site = site_of(request)
    cookie, now = site.cookies.visitor(request), site.clock()
    return Page(request, site, _user(site.database, cookie, now), cookie, language_of(request), now)


def _user(database: Database, cookie: str, now: datetime) -> User | None:
    if not cookie:
        return None
    with database.read() as conn:
        session = find_session(conn, cookie, now)
    if session is not None and session.is_due(now):
        with database.begin() as conn:
            keep_open(conn, cookie, now)
    return session.user if session else None


def language_of(request: Request) -> Language:
    """The language chosen just now, or once before, or else the browser's."""
    remembered = request.cookies.get(LANGUAGE_COOKIE)
    if remembered in set(Language):
        remembered_language = Language(remembered)
    else:
        remembered_language = preferred(request.headers.get("accept-language", ""))
    return chosen_language(request) or remembered_language


def chosen_language(request: Request) -> Language | None:
    """The language that the address asks for (`?lang=en`), if any."""
    wanted = request.query_params.get("lang")
    return Language(wanted) if wanted in set(Language) else None


ThisPage = Annotated[Page, Depends(page_of)]


class _PageRoute(APIRoute):
    """A page can be asked for its headers alone (HEAD), as link checkers and proxies do."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        if self.methods and "GET" in self.methods:
            self.methods.add("HEAD")


def page_router() -> APIRouter:
    """A router for pages; their handlers take `page: ThisPage` and are named in the table of permissions."""
    return APIRouter(
        default_response_class=HTMLResponse,
        include_in_schema=False,
        dependencies=[Depends(page_of)],
        route_class=_PageRoute,
    )
