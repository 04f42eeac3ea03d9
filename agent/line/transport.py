"""One request to the centre and its answer, as bytes; whatever goes wrong on the way is explained.

The HTTP library is loaded with the first request, because an idle agent and `sinergi status` need none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.errors import AgentError
from agent.line.broken_line import Leg, explained, not_a_centre
from agent.line.progress import Progress
from agent.line.proxy_word import not_opened
from agent.line.tls import tls_context
from agent.settings import Centre

if TYPE_CHECKING:
    import httpx

MAX_ANSWER_BYTES = 2 * 1024 * 1024
_CHUNK = 64 * 1024
_CONNECT_SECONDS, _SILENCE_SECONDS = 15.0, 90.0


@dataclass(frozen=True, slots=True)
class Body:
    """What a request carries: its hash and length are known before it is sent, its bytes are streamed."""

    sha256: bytes
    length: int
    parts: Callable[[], Iterable[bytes]]


def body_of(parts: Callable[[], Iterable[bytes]]) -> Body:
    """A body whose parts can be gone through more than once, for example frames out of the outbox."""
    digest, length = hashlib.sha256(), 0
    for part in parts():
        digest.update(part)
        length += len(part)
    return Body(digest.digest(), length, parts)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer's status, header fields (lower case) and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """The line to one centre; TLS 1.2 or later, or plain HTTP to this very machine."""

    def __init__(
        self, settings: Centre, *, proxy_password: str | None, inner: httpx.BaseTransport | None = None
    ) -> None:
        self._settings = settings
        self._proxy_password = proxy_password
        self._inner = inner
        self._opened: httpx.Client | None = None

    def send(self, method: str, path: str, headers: Mapping[str, str], body: Body) -> Reply:
        """Send one request; raises one of the AgentErrors about the centre or the way to it."""
        import httpx

        url, content = self._settings.url + path, _chunks(body) if body.length else None
        progress = Progress(through_proxy=self._settings.way_out is not None)
        extensions = {"trace": progress}
        try:
            with self._client().stream(
                method, url, headers=headers, content=content, extensions=extensions
            ) as response:
                return Reply(response.status_code, _lower(response.headers), _limited(response))
        except httpx.HTTPError as error:
            raise self._explained(error, progress) from error

    def close(self) -> None:
        """Hang up."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _client(self) -> httpx.Client:
        import httpx

        if self._opened is None:
            self._opened = httpx.Client(
                transport=self._inner or self._network(),
                # Only agent.toml decides: the service and a person's shell must take the same road.
                trust_env=False,
                follow_redirects=False,
                timeout=httpx.Timeout(_SILENCE_SECONDS, connect=_CONNECT_SECONDS),
                headers={"accept-encoding": "identity", "user-agent": "sinergi"},
            )
        return self._opened

    def _network(self) -> httpx.BaseTransport:
        import httpx

        verify = tls_context(self._settings.ca_file)
        return httpx.HTTPTransport(verify=verify, proxy=self._proxy(), trust_env=False)

    def _proxy(self) -> httpx.Proxy | None:
        import httpx

        settings, user = self._settings, self._settings.proxy_user
        if settings.way_out is None:
            return None
        # Without one of its own, the library would trust its own list of CAs for the proxy.
        verify = tls_context(settings.ca_file) if settings.way_out.startswith("https://") else None
        auth = (user, self._proxy_password or "") if user else None
        return httpx.Proxy(settings.way_out, auth=auth, ssl_context=verify)

    def _explained(self, error: httpx.HTTPError, progress: Progress) -> AgentError:
        import httpx

        if isinstance(error, httpx.ProxyError) and (word := progress.word(str(error))):
            return not_opened(word, self._settings, has_password=bool(self._proxy_password))
        not_sent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
        leg = progress.leg or (Leg.CONNECTION if not_sent else Leg.REQUEST)
        return explained(leg, error, self._settings)


def _chunks(body: Body) -> Iterator[bytes]:
    # Small pieces, so that on a thin line the time limit is one of silence and not of a whole frame.
    for part in body.parts():
        for start in range(0, len(part), _CHUNK):
            yield part[start : start + _CHUNK]


def _lower(headers: httpx.Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _limited(response: httpx.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise not_a_centre(str(response.url.host), "an endless answer")
    return bytes(body)
