"""The files that pages load: small, compressed, and kept by browsers for as long as their address stays."""

from __future__ import annotations

from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

_FOLDER = Path(__file__).parent / "static"


class _Kept(StaticFiles):
    """An address names the file's content (`?v=`) or its version (`vendor/`), so its answer never changes."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        named = scope["query_string"].startswith(b"v=") or path.startswith("vendor/")
        if response.status_code == 200 and named:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def static_files() -> ASGIApp:
    """The folder `static`, compressed; pages are not, because their size would betray the tokens in them."""
    return GZipMiddleware(_Kept(directory=_FOLDER))
