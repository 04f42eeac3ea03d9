"""A line to the centre that writes down how much of a body went over it, request by request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

_OF_ONE_HOP = {"connection", "transfer-encoding"}
_PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Request:
    """One request that a node made, and the bytes of its body."""

    method: str
    path: str
    body_bytes: int


@dataclass
class CountingLine:
    """Listens at `address`, passes everything on to `port` of this machine, and keeps count."""

    address: str
    port: int = 0
    requests: list[Request] = field(default_factory=list)

    def deliveries(self) -> list[tuple[str, int]]:
        """Method and body bytes of every call about a snapshot, since the last time this was asked."""
        made = [(one.method, one.body_bytes) for one in self.requests if "/v1/snapshots/" in one.path]
        self.requests.clear()
        return made


@contextmanager
def counting_line() -> Iterator[CountingLine]:
    """A line until the block ends; `port` is to be set before anybody calls."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hop)
    line = CountingLine(f"http://127.0.0.1:{server.server_port}")
    server.line = line  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield line
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Hop(BaseHTTPRequestHandler):
    """Passes one request on and its answer back."""

    def _pass_on(self) -> None:
        line: CountingLine = self.server.line  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        line.requests.append(Request(self.command, self.path, len(body)))
        centre = HTTPConnection("127.0.0.1", line.port, timeout=_PATIENCE_SECONDS)
        try:
            centre.request(self.command, self.path, body, dict(self.headers.items()))
            answer = centre.getresponse()
            content = answer.read()
        finally:
            centre.close()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _OF_ONE_HOP:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_POST = _pass_on  # noqa: N815 - the base class looks for these names

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - as the base class has it
        """Say nothing."""
