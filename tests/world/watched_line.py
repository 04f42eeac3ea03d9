"""A line to the centre that keeps everything that goes over it, in both directions."""

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
class Exchange:
    """One request and its answer, each as its head (as text) and its body."""

    method: str
    path: str
    asked: tuple[str, bytes]
    answered: tuple[str, bytes]


@dataclass
class WatchedLine:
    """Listens at `address` and passes everything on to `port` of this machine."""

    address: str
    port: int = 0
    heard: list[Exchange] = field(default_factory=list)

    def everything(self) -> bytes:
        """All bytes so far."""
        pairs = [pair for one in self.heard for pair in (one.asked, one.answered)]
        return b"\n".join([head.encode() + body for head, body in pairs])

    def deliveries(self) -> list[tuple[str, int]]:
        """Method and body bytes of every call about a snapshot, since the last time this was asked."""
        made = [(one.method, len(one.asked[1])) for one in self.heard if "/v1/snapshots/" in one.path]
        self.heard.clear()
        return made


@contextmanager
def watched_line() -> Iterator[WatchedLine]:
    """A line until the block ends; `port` is to be set before anybody calls."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hop)
    server.daemon_threads = True
    line = WatchedLine(f"http://127.0.0.1:{server.server_port}")
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
        line: WatchedLine = self.server.line  # type: ignore[attr-defined]
        asked = (
            f"{self.command} {self.path}\n{self.headers}",
            self.rfile.read(int(self.headers.get("Content-Length", 0))),
        )
        # Then nobody packs an answer, and what is kept can be searched.
        del self.headers["Accept-Encoding"]
        centre = HTTPConnection("127.0.0.1", line.port, timeout=_PATIENCE_SECONDS)
        try:
            centre.request(self.command, self.path, asked[1], dict(self.headers.items()))
            answer = centre.getresponse()
            content = answer.read()
        finally:
            centre.close()
        line.heard.append(Exchange(self.command, self.path, asked, (str(answer.headers), content)))
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _OF_ONE_HOP:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_POST = _pass_on  # noqa: N815 - the base class looks for these names

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - as the base class has it
        """Say nothing."""
