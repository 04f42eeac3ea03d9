"""The HTTP server under `sikd serve`: bounded, quiet, and honest about when it is ready."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Sequence

import uvicorn
from fastapi import FastAPI

_MAX_HEADER_BYTES = 64 * 1024
_MAX_REQUESTS_AT_ONCE = 1000
_SECONDS_TO_FINISH = 30


def run(app: FastAPI, listener: socket.socket, ready: Callable[[], None], *, proxies: Sequence[str]) -> None:
    """Answer on a bound socket until a signal ends it; running requests may finish.

    Limits for each address are for the one behind a proxy, where the proxy is one of `proxies`.
    """
    # Standard error is what a supervisor keeps; libraries speak only when something is wrong.
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("sikd").setLevel(logging.INFO)
    config = uvicorn.Config(
        app,
        log_level="warning",
        server_header=False,
        forwarded_allow_ips=list(proxies),
        h11_max_incomplete_event_size=_MAX_HEADER_BYTES,
        limit_concurrency=_MAX_REQUESTS_AT_ONCE,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
    )
    _Server(config, ready).run(sockets=[listener])


class _Server(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        if not self.should_exit:
            self._ready()
