"""The line between a node and a centre, with the faults that lines have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum, auto

import httpx


class Fault(Enum):
    """What happens to one request."""

    NONE = auto()
    NO_CONNECTION = auto()
    LOST_REQUEST = auto()
    LOST_ANSWER = auto()
    SENT_TWICE = auto()
    CUT_UPLOAD = auto()
    """Only the first two thirds of the body arrive."""
    GATEWAY = auto()
    """A gateway answers that the centre is away."""
    BUSY = auto()
    PROXY = auto()
    """The proxy of the office does not know the password any more."""
    LOGIN_PAGE = auto()
    ENDLESS = auto()


class FaultyLine(httpx.BaseTransport):
    """Carries requests to `handle`; `faults` befall the next requests, one each."""

    def __init__(self, handle: Callable[[httpx.Request], httpx.Response]) -> None:
        self._handle = handle
        self.faults: list[Fault] = []

    def carries_to(self, handle: Callable[[httpx.Request], httpx.Response]) -> None:
        """From now on somebody else answers."""
        self._handle = handle

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request, or fail as the next fault says."""
        fault = self.faults.pop(0) if self.faults else Fault.NONE
        if fault is Fault.NO_CONNECTION:
            raise httpx.ConnectError("connection refused", request=request)
        if fault is Fault.PROXY:
            raise httpx.ProxyError("407 Proxy Authentication Required", request=request)
        if fault is Fault.LOST_REQUEST:
            raise httpx.ReadTimeout("no answer", request=request)
        if fault in _ANSWERS:
            return _streamed(_ANSWERS[fault])
        arriving = _arriving(request, whole=fault is not Fault.CUT_UPLOAD)
        response = self._handle(arriving)
        if fault is Fault.SENT_TWICE:
            response = self._handle(arriving)
        if fault in {Fault.LOST_ANSWER, Fault.CUT_UPLOAD}:
            raise httpx.ReadError("connection reset", request=request)
        return _streamed(response)


_ANSWERS = {
    Fault.GATEWAY: httpx.Response(502, content=b"<html>Bad Gateway</html>"),
    Fault.BUSY: httpx.Response(429, content=b"", headers={"retry-after": "120"}),
    Fault.ENDLESS: httpx.Response(200, content=bytes(3 * 1024 * 1024)),
    Fault.LOGIN_PAGE: httpx.Response(200, content=b"<html>Please sign in to use the network</html>"),
}


def _arriving(request: httpx.Request, *, whole: bool) -> httpx.Request:
    body = request.read()
    if not whole:
        body = body[: len(body) * 2 // 3]
    return httpx.Request(request.method, request.url, headers=request.headers, content=body)


class _Stream(httpx.SyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body


def _streamed(response: httpx.Response) -> httpx.Response:
    """The answer as a real line hands it out: unread."""
    return httpx.Response(response.status_code, headers=response.headers, stream=_Stream(response.content))
