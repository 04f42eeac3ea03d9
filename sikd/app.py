"""The centre as one ASGI application: here, and in sikd/cli, its parts are joined."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import APIRouter, FastAPI, HTTPException
from starlette.concurrency import run_in_threadpool

from sikd import dbaccess, intake, keys, migrations, nodes, verification, web
from sikd.accounts import given_pages
from sikd.accounts import pages as account_pages
from sikd.authorisation import api as authorisation_api
from sikd.authorisation import pages as authorisation_pages
from sikd.centre import Centre
from sikd.dbaccess import api as dbaccess_api
from sikd.dbaccess import pages as dbaccess_pages
from sikd.intake import api as intake_api
from sikd.intake import pages as intake_pages
from sikd.nodes import api as nodes_api
from sikd.nodes import officers
from sikd.nodes import pages as node_pages
from sikd.problems import answer_with_problems
from sikd.reports import pages as report_pages
from sikd.tickets import pages as ticket_pages
from sikd.verification import pages as verification_pages
from sikd.web.cookies import Cookies

HOUSEKEEPING_SECONDS = 15 * 60
EVERY_METHOD = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PAGES = (
    account_pages.router,
    given_pages.router,
    ticket_pages.router,
    node_pages.router,
    dbaccess_pages.router,
    intake_pages.router,
    verification_pages.router,
    authorisation_pages.router,
    report_pages.router,
)
PROGRAMS = (
    nodes_api.router,
    officers.router,
    dbaccess_api.router,
    intake_api.router,
    authorisation_api.router,
)
log = logging.getLogger("sikd")

__all__ = ["Centre", "create_app", "keep_house"]


class Judges:
    """Verification's answers to what intake asks (sikd/intake/judging.py)."""

    commitment = staticmethod(verification.commitment)
    whole = staticmethod(verification.whole)


def create_app(centre: Centre) -> FastAPI:
    """The API of nodes and the pages of people; raises NotMigrated where `sikd migrate` has to run first."""
    with centre.database.read() as connection:
        migrations.require_newest(connection)
        keys.require_recorded(connection, centre.key)
    app = FastAPI(title="SIKD", openapi_url=None, docs_url=None, redoc_url=None, lifespan=_lifespan)
    app.state.centre, app.state.judge, app.state.due = centre, Judges(), dbaccess.due
    app.state.uploads = intake.Uploads()
    for router in (*PROGRAMS, _nothing_else()):
        app.include_router(router)
    answer_with_problems(app)
    web.mount(app, _site(centre), PAGES)
    return app


def keep_house(centre: Centre) -> None:
    """Finish what a stopped centre left, mark what lapsed, and forget what need not be remembered."""
    now = centre.clock()
    intake.finish_all(centre.database, Judges(), centre.key, now)
    with centre.database.begin() as connection:
        intake.lapse_old(connection, now)
        nodes.forget_old_nonces(connection, now)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    closing = asyncio.Event()
    caretaker = asyncio.create_task(_keep_house_until(closing, app.state.centre))
    try:
        yield
    finally:
        closing.set()
        await caretaker


async def _keep_house_until(closing: asyncio.Event, centre: Centre) -> None:
    """Begin at the start, beside the first requests, and go on every quarter of an hour."""
    while not closing.is_set():
        try:
            await run_in_threadpool(keep_house, centre)
        except Exception:
            # The centre's outer loop: one delivery that cannot be judged must not keep the others from it.
            log.exception("housekeeping failed")
        with suppress(TimeoutError):
            await asyncio.wait_for(closing.wait(), HOUSEKEEPING_SECONDS)


def _site(centre: Centre) -> web.Site:
    return web.Site(
        database=centre.database,
        clock=centre.clock,
        random=centre.random,
        cookies=Cookies(https=centre.settings.public_url.startswith("https://")),
        sample=centre.settings.sample,
        centre_der=centre.key.public_der,
        public_url=centre.settings.public_url,
    )


def _nothing_else() -> APIRouter:
    """Whatever else begins with /v1 is answered to programs, not with a page."""
    router = APIRouter()

    async def nothing() -> None:
        raise HTTPException(404)

    for path in ("/v1", "/v1/{rest:path}"):
        router.add_api_route(path, nothing, methods=list(EVERY_METHOD))

    return router
