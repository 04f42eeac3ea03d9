"""A line from a plain HTTP client to an ASGI application in the same process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI


class AsgiLine(httpx.BaseTransport):
    """Carries requests to an application that runs in the portal's event loop."""

    def __init__(self, app: FastAPI, portal: BlockingPortal) -> None:
        self._portal = portal
        self._inner = httpx.ASGITransport(app, raise_app_exceptions=False, client=("192.0.2.7", 4321))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request and wait for its whole answer."""
        body = request.read()
        return self._portal.call(self._handle, request, body)

    async def _handle(self, request: httpx.Request, body: bytes) -> httpx.Response:
        whole = httpx.Request(request.method, request.url, headers=request.headers, content=body)
        answer = await self._inner.handle_async_request(whole)
        content = b"".join([chunk async for chunk in answer.aiter_raw()])
        return httpx.Response(answer.status_code, headers=answer.headers, content=content)


@contextmanager
def client_of(app: FastAPI, base_url: str) -> Iterator[httpx.Client]:
    """A client of a started application."""
    started = app.router.lifespan_context(app)
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(started),
        httpx.Client(transport=AsgiLine(app, portal), base_url=base_url) as client,
    ):
        yield client
