"""One request to the centre and its answer, as bytes; whatever goes wrong on the way is explained here.

The HTTP library is loaded with the first request, because an idle agent and `sinergi status` need none.
"""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.errors import (
    AgentError,
    CentreCertificateRefused,
    CentreUnreachable,
    NotACentre,
    ProxyRefused,
)
from agent.settings import Centre
from agent.tls import tls_context
from contract.text import T, Text

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
        try:
            with self._client().stream(method, url, headers=headers, content=content) as response:
                return Reply(response.status_code, _lower(response.headers), _limited(response))
        except httpx.HTTPError as error:
            raise _explained(error, self._settings.url) from error

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

        proxy = None
        if self._settings.proxy is not None:
            user = self._settings.proxy_user
            proxy = httpx.Proxy(
                self._settings.proxy, auth=(user, self._proxy_password or "") if user else None
            )
        return httpx.HTTPTransport(verify=tls_context(self._settings.ca_file), proxy=proxy, trust_env=False)


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


def not_a_centre(host: str, what: str) -> NotACentre:
    """The error for an answer that no centre gives."""
    return NotACentre(
        T("{host} answers, but not as the centre does ({what}).", host=host, what=what),
        remedy=T("Check url and proxy in [centre]; a web filter may stand in between."),
    )


def _explained(error: httpx.HTTPError, url: str) -> AgentError:
    import httpx

    chain = list(_causes(error))
    if refused := next((cause for cause in chain if isinstance(cause, ssl.SSLCertVerificationError)), None):
        return certificate_refused(url, refused.verify_message)
    if isinstance(error, httpx.ProxyError):
        return proxy_refused(url, str(error))
    before_sending = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
    return unreachable(url, str(chain[-1]) or type(error).__name__, sent=not before_sending)


def unreachable(url: str, why: str, *, sent: bool = True) -> CentreUnreachable:
    """The error for a centre that no connection leads to."""
    return CentreUnreachable(
        T("The centre at {url} cannot be reached: {why}.", url=url, why=why),
        remedy=T(
            "Check the network, the firewall and the proxy. A running agent tries again by itself; a command"
            " has to be run again."
        ),
        sent=sent,
    )


def proxy_refused(url: str, why: str) -> ProxyRefused:
    """The error for a proxy that lets nobody through to the centre."""
    return ProxyRefused(
        T("The proxy refuses the connection to {url}: {why}.", url=url, why=why),
        remedy=T("Check proxy and proxy_user in [centre], and the password: `sinergi access set --proxy`."),
    )


def certificate_refused(url: str, why: Text | str) -> CentreCertificateRefused:
    """The error for a certificate that this server does not trust."""
    return CentreCertificateRefused(
        T("The TLS certificate of {url} is not trusted: {why}.", url=url, why=why),
        remedy=T(
            "Check this server's clock; where a firewall opens TLS, put its CA into ca_file in [centre]."
        ),
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
