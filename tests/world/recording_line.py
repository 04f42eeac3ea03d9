"""A line to the centre that writes down every byte of every request and answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

_OF_ONE_HOP = {"connection", "transfer-encoding"}
_PATIENCE_SECONDS = 60


@dataclass
class RecordingLine:
    """Listens at `address`, passes everything on to `port` of this machine, and keeps all of it."""

    address: str
    port: int = 0
    heard: list[bytes] = field(default_factory=list)

    def everything(self) -> bytes:
        """All that went over the line so far, in both directions."""
        return b"\n".join(self.heard)


@contextmanager
def recording_line() -> Iterator[RecordingLine]:
    """A line until the block ends; `port` is to be set before anybody calls."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hop)
    server.daemon_threads = True
    line = RecordingLine(f"http://127.0.0.1:{server.server_port}")
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
        line: RecordingLine = self.server.line  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        line.heard += [f"{self.command} {self.path}\n{self.headers}".encode(), body]
        # A browser packs nothing here, so what is kept can be searched.
        del self.headers["Accept-Encoding"]
        centre = HTTPConnection("127.0.0.1", line.port, timeout=_PATIENCE_SECONDS)
        try:
            centre.request(self.command, self.path, body, dict(self.headers.items()))
            answer = centre.getresponse()
            content = answer.read()
        finally:
            centre.close()
        line.heard += [str(answer.headers).encode(), content]
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _OF_ONE_HOP:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_POST = _pass_on  # noqa: N815 - the base class looks for these names

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - as the base class has it
        """Say nothing."""
