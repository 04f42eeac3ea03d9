"""The way to the centre, piece by piece: name, connection, proxy, TLS.

The agent itself leaves all of this to its HTTP library, which cannot say at which piece a line ended.
"""

from __future__ import annotations

import base64
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import SplitResult, urlsplit

from agent.checkup.check import Check, ok, skipped, warned
from agent.errors import CentreUnreachable
from agent.settings import Centre
from agent.tls import tls_context
from agent.transport import certificate_refused, proxy_refused, unreachable
from contract.text import T, Text

PATIENCE_SECONDS = 15.0
_PORTS = {"http": 80, "https": 443}
_LONGEST_HEAD = 16 * 1024
_RENEW_BEFORE = timedelta(days=14)


class NameUnknown(CentreUnreachable):
    """This server cannot turn a name into an address."""

    slug, code = "name-unknown", "SIKD-E416"


class Road:
    """The road of one agent.toml; each piece opens its own connection and closes it."""

    def __init__(self, centre: Centre, proxy_password: str | None, now: datetime) -> None:
        self._centre, self._now = centre, now
        self._to = urlsplit(centre.url)
        self._proxy = urlsplit(centre.proxy) if centre.proxy else None
        self._proxy_password = proxy_password

    def pieces(self) -> list[tuple[str, Callable[[], Check]]]:
        """Each piece in the order in which a request goes along it."""
        return [("dns", self.dns), ("tcp", self.tcp), ("proxy", self.proxy), ("tls", self.tls)]

    def dns(self) -> Check:
        """The name of the first server on the way: the proxy finds the centre's by itself."""
        host, port = _place(self._first)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise NameUnknown(
                T("The name {host} has no address here: {why}.", host=host, why=error.strerror or error),
                remedy=T("Check the name in [centre], and the DNS server of this machine."),
            ) from error
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
            return skipped("proxy", T("No proxy is set in [centre]."))
        if self._to.scheme == "http":
            return skipped("proxy", T("Without TLS the proxy is asked with each request."))
        with self._through_the_proxy():
            return ok("proxy", T("{proxy} lets the agent through", proxy=self._proxy.netloc))

    def tls(self) -> Check:
        """The centre's certificate is one that this server trusts."""
        if self._to.scheme == "http":
            return skipped("tls", T("Plain HTTP, to this machine itself."))
        try:
            with self._through_the_proxy() as line, self._wrapped(line, self._context()) as safe:
                return self._judged(safe)
        except ssl.SSLCertVerificationError as error:
            raise certificate_refused(
                self._centre.url, self._with_its_issuer(error.verify_message)
            ) from error
        except OSError as error:
            raise unreachable(self._centre.url, str(error) or type(error).__name__) from error

    @property
    def _first(self) -> SplitResult:
        return self._proxy or self._to

    def _context(self) -> ssl.SSLContext:
        return tls_context(self._centre.ca_file)

    def _connected(self) -> socket.socket:
        try:
            return socket.create_connection(_place(self._first), PATIENCE_SECONDS)
        except OSError as error:
            raise unreachable(self._first.geturl(), error.strerror or str(error), sent=False) from error

    def _through_the_proxy(self) -> socket.socket:
        """A connection on which the centre listens; raises CentreUnreachable or ProxyRefused."""
        line = self._connected()
        if self._proxy is None:
            return line
        try:
            if self._proxy.scheme == "https":
                line = self._context().wrap_socket(line, server_hostname=self._proxy.hostname)
            line.sendall(self._request())
            answer = _head(line)
        except OSError as error:
            line.close()
            raise unreachable(self._proxy.geturl(), str(error) or type(error).__name__) from error
        if answer.split(" ")[1:2] != ["200"]:
            line.close()
            raise proxy_refused(self._centre.url, answer.partition(" ")[2] or "?")
        return line

    def _request(self) -> bytes:
        host, port = _place(self._to)
        lines = [f"CONNECT {host}:{port} HTTP/1.1", f"Host: {host}:{port}"]
        if self._centre.proxy_user:
            secret = f"{self._centre.proxy_user}:{self._proxy_password or ''}".encode()
            lines.append(f"Proxy-Authorization: Basic {base64.b64encode(secret).decode()}")
        return "\r\n".join([*lines, "", ""]).encode()

    def _wrapped(self, line: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
        return context.wrap_socket(line, server_hostname=self._to.hostname)

    def _judged(self, safe: ssl.SSLSocket) -> Check:
        ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(_certificate(safe)["notAfter"])), UTC)
        if ends - self._now < _RENEW_BEFORE:
            return warned(
                "tls", certificate_refused(self._centre.url, T("it ends on {day}", day=ends.date()))
            )
        said = T("{version}, certificate until {day}", version=safe.version(), day=ends.date())
        return ok("tls", said)

    def _with_its_issuer(self, why: str) -> Text | str:
        """Whose certificate it is: a firewall that opens TLS signs with a name of its own."""
        from cryptography import x509

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        # Looked at and never used: nothing is sent on this connection.
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with suppress(OSError, ValueError), self._through_the_proxy() as line:
            with self._wrapped(line, context) as safe:
                shown = x509.load_der_x509_certificate(safe.getpeercert(binary_form=True) or b"")
            issuer, ends = shown.issuer.rfc4514_string(), f"{shown.not_valid_after_utc:%Y-%m-%d}"
            return T("{why} (issued by {issuer}, valid until {day})", why=why, issuer=issuer, day=ends)
        return why


def _place(url: SplitResult) -> tuple[str, int]:
    return url.hostname or "", url.port or _PORTS[url.scheme]


def _certificate(safe: ssl.SSLSocket) -> dict[str, object]:
    return dict(safe.getpeercert() or {})


def _head(line: socket.socket) -> str:
    """The first line of the proxy's answer, once its head has come whole."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _LONGEST_HEAD and (more := line.recv(4096)):
        head += more
    return head.partition(b"\r\n")[0].decode("latin-1")
