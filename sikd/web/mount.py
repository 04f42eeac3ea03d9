"""Putting the pages of all stages behind one frame."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter, FastAPI

from sikd.web import pages
from sikd.web.errors import add_error_pages
from sikd.web.security import SecurityHeaders, SmallForms
from sikd.web.site import Site
from sikd.web.static_files import static_files


def mount(app: FastAPI, site: Site, routers: Iterable[APIRouter]) -> FastAPI:
    """Serve pages at every address of `app` that is not taken yet; call it after the API is in place."""
    web = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    web.state.site = site
    for router in (pages.router, *routers):
        web.include_router(router)
    web.mount("/statis", static_files())
    add_error_pages(web)
    web.add_middleware(SmallForms)
    # Around all of it, for what answers after a failure stands outside of every middleware.
    app.mount("", SecurityHeaders(web, https=site.cookies.https))
    return web
