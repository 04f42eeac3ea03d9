"""The way to the centre, piece by piece: name, connection, proxy, TLS.

The agent itself leaves all of this to its HTTP library; the words for what goes wrong are the same.
"""

from __future__ import annotations

import base64
import errno
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import SplitResult, urlsplit

from agent.checkup.check import Check, ok, skipped, warned
from agent.checkup.handshake import certificate_shown, shake_hands
from agent.errors import CentreCertificateRefused
from agent.line.broken_line import Leg, explained
from agent.line.certificates import CENTRE_PEOPLE, PROXY_PEOPLE, certificate_refused, not_trusted
from agent.line.proxy_word import ProxyWord, not_opened, schemes_in
from agent.line.tls import tls_context
from agent.settings import Centre
from contract.text import T, Text

PATIENCE_SECONDS = 15.0
_WORD_SECONDS = 90.0
"""A proxy first tries to reach the centre; the agent waits for its word as long."""
_PORTS = {"http": 80, "https": 443}
_LONGEST_HEAD = 16 * 1024
_RENEW_BEFORE = timedelta(days=14)


class Road:
    """The road of one agent.toml; each piece opens its own connection and closes it."""

    def __init__(self, centre: Centre, proxy_password: str | None, now: datetime) -> None:
        self._centre, self._now = centre, now
        self._to = urlsplit(centre.url)
        self._proxy = urlsplit(centre.way_out) if centre.way_out else None
        self._proxy_password = proxy_password

    def pieces(self) -> list[tuple[str, Callable[[], Check]]]:
        """Each piece in the order in which a request goes along it."""
        return [("dns", self.dns), ("tcp", self.tcp), ("proxy", self.proxy), ("tls", self.tls)]

    def dns(self) -> Check:
        """The name of the first server on the way: the proxy finds the centre's by itself."""
        host, port = _place(self._first)
        with self._on(Leg.CONNECTION):
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = sorted({str(address[0]) for *_, address in found})
        return ok("dns", T("{host} is {addresses}", host=host, addresses=", ".join(addresses)))

    def tcp(self) -> Check:
        """A connection to the first server on the way."""
        with self._connected():
            host, port = _place(self._first)
            return ok("tcp", T("{host} port {port} answers", host=host, port=port))

    def proxy(self) -> Check:
        """The proxy lets this agent through to the centre."""
        if self._proxy is None:
            return skipped("proxy", self._why_no_proxy())
        with self._at_the_centre():
            return ok("proxy", T("{proxy} lets the agent through", proxy=self._proxy.netloc))

    def tls(self) -> Check:
        """The centre's certificate is one that this server trusts."""
        if self._to.scheme == "http":
            return skipped("tls", T("Plain HTTP, to this machine itself."))
        with self._on(Leg.TLS):
            try:
                with self._at_the_centre() as line:
                    return self._judged(shake_hands(line, self._context(), self._to.hostname or ""))
            except ssl.SSLCertVerificationError as error:
                raise self._refused(error, self._to, CENTRE_PEOPLE, self._at_the_centre) from error

    @property
    def _first(self) -> SplitResult:
        return self._proxy or self._to

    def _why_no_proxy(self) -> Text:
        if self._centre.proxy:
            return T("The centre is on this machine itself; the proxy is not used.")
        return T("No proxy is set in [centre].")

    def _context(self) -> ssl.SSLContext:
        return tls_context(self._centre.ca_file)

    @contextmanager
    def _on(self, leg: Leg) -> Iterator[None]:
        """Whatever the system says on this leg is explained."""
        try:
            yield
        except OSError as error:
            raise explained(leg, error, self._centre) from error

    def _connected(self) -> socket.socket:
        with self._on(Leg.CONNECTION):
            return socket.create_connection(_place(self._first), PATIENCE_SECONDS)

    def _at_the_proxy(self) -> socket.socket:
        """A connection on which the proxy listens; over TLS where its address says so."""
        line, proxy = self._connected(), self._first
        if proxy.scheme == "http":
            return line
        with self._on(Leg.PROXY_TLS):
            try:
                return self._context().wrap_socket(line, server_hostname=proxy.hostname)
            except ssl.SSLCertVerificationError as error:
                raise self._refused(error, proxy, PROXY_PEOPLE, self._connected) from error

    def _at_the_centre(self) -> socket.socket:
        """A connection on which the centre listens; raises ProxyRefused or CentreUnreachable."""
        if self._proxy is None:
            return self._connected()
        with ExitStack() as unless_opened:
            line = unless_opened.enter_context(self._at_the_proxy())
            with self._on(Leg.PROXY_WORD):
                line.settimeout(_WORD_SECONDS)
                line.sendall(self._request())
                word = _word(line)
            if not 200 <= word.status < 300:
                raise not_opened(word, self._centre, has_password=bool(self._proxy_password))
            unless_opened.pop_all()
        return line

    def _request(self) -> bytes:
        host, port = _place(self._to)
        lines = [f"CONNECT {host}:{port} HTTP/1.1", f"Host: {host}:{port}"]
        if self._centre.proxy_user:
            secret = f"{self._centre.proxy_user}:{self._proxy_password or ''}".encode()
            lines.append(f"Proxy-Authorization: Basic {base64.b64encode(secret).decode()}")
        return "\r\n".join([*lines, "", ""]).encode()

    def _judged(self, session: ssl.SSLObject) -> Check:
        shown = session.getpeercert() or {}
        ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
        if ends - self._now < _RENEW_BEFORE:
            said = not_trusted(self._centre.url, T("it ends on {day}", day=ends.date()))
            remedy = T("Tell {whom}.", whom=CENTRE_PEOPLE)
            return warned("tls", CentreCertificateRefused(said, remedy=remedy))
        said = T("{version}, certificate until {day}", version=session.version(), day=ends.date())
        return ok("tls", said)

    def _refused(
        self,
        error: ssl.SSLCertVerificationError,
        server: SplitResult,
        whom: Text,
        again: Callable[[], socket.socket],
    ) -> CentreCertificateRefused:
        """The error about a certificate, with what stands in it; for that it is asked for once more."""
        host, shown = server.hostname or "", None
        with suppress(OSError, ValueError), again() as line:
            shown = certificate_shown(line, host)
        return certificate_refused(server.geturl(), error, host=host, whom=whom, shown=shown)


def _place(url: SplitResult) -> tuple[str, int]:
    return url.hostname or "", url.port or _PORTS[url.scheme]


def _word(line: socket.socket) -> ProxyWord:
    """The proxy's answer, once its head has come whole."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _LONGEST_HEAD and (more := line.recv(4096)):
        head += more
    if not head:
        raise ConnectionResetError(errno.ECONNRESET, "")
    first, *fields = head.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    _, status, reason = (*first.split(" ", 2), "", "")[:3]
    pairs = [field.partition(":")[::2] for field in fields]
    challenges = [value for name, value in pairs if name.lower() == "proxy-authenticate"]
    return ProxyWord(int(status) if status.isdecimal() else 0, reason, schemes_in(challenges))
