"""The fake centre behind a real socket on loopback, for agents that live in processes of their own."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from tests.fakes.centre import FakeCentre


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Header and body leave in one packet; else each answer waits for the network's delayed acknowledgement.
    wbufsize = 64 * 1024
    centre: FakeCentre

    def do_GET(self) -> None:
        """Hand the request to the centre and its answer back."""
        # A client that was killed sends less than it promised; the centre sees what came.
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        url = self.centre.public_url + self.path
        answer = self.centre.handle(
            httpx.Request(self.command, url, headers=dict(self.headers), content=body)
        )
        with suppress(BrokenPipeError, ConnectionResetError):
            self.send_response(answer.status_code)
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)
            self.wfile.flush()

    do_POST = do_PUT = do_GET  # noqa: N815 - the base class names them

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no error here."""


@contextmanager
def served(centre: FakeCentre, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """The address at which the centre answers until the block ends; it becomes its public one."""
    handler = type("Handler", (_Handler,), {"centre": centre})
    with _Server(("127.0.0.1", 0), handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        centre.public_url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield centre.public_url
        server.shutdown()
