"""Ways to the centre that are good, and ways that are broken at one piece, each with real servers."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Thread

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.servers.forward_proxy import ForwardProxy
from tests.servers.process import closed_port
from tests.servers.server import Account
from tests.servers.squid import NtlmSquid, Squid
from tests.servers.tinyproxy import Tinyproxy
from tests.servers.tls_gate import TlsGate, server_side, tls_gate

HERE = "127.0.0.1"
LONG_AGO, FAR_AWAY = datetime(2020, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Office:
    """A centre behind a gate with TLS, the CA that the office trusts, and the settings that lead to it."""

    gate: TlsGate
    authority: trustme.CA
    settings: Mapping[str, str]
    proxy_password: str = field(default="", repr=False)

    def by(self, proxy: str, account: Account | None = None) -> Office:
        """The same, through a proxy."""
        user = {"proxy_user": account.user} if account else {}
        settings = {**self.settings, "proxy": proxy, **user}
        return replace(self, settings=settings, proxy_password=account.password if account else "")


Road = Callable[[Office], AbstractContextManager[Office]]


def directly(office: Office) -> AbstractContextManager[Office]:
    """Without a proxy."""
    return nullcontext(office)


def through(kind: type[ForwardProxy], *, signed_in: bool = False, host: str = HERE) -> Road:
    """Through a proxy that lets the agent in."""

    @contextmanager
    def road(office: Office) -> Iterator[Office]:
        account = Account.made_up("petugas") if signed_in else None
        with kind(account, host=host) as proxy:
            yield office.by(proxy.url, account)

    return road


def over_tls(*, trusted: bool = True) -> Road:
    """Through a proxy that is itself spoken to over TLS."""

    @contextmanager
    def road(office: Office) -> Iterator[Office]:
        account = Account.made_up("petugas")
        authority = office.authority if trusted else trustme.CA()
        with Squid(account) as proxy, tls_gate(server_side(authority.issue_cert(HERE))) as front:
            front.port = proxy.port
            yield office.by(front.url, account)

    return road


def knowing(kind: type[ForwardProxy], *, user: str | None, password: str = "") -> Road:
    """Through a proxy that wants another account than the agent has."""

    @contextmanager
    def road(office: Office) -> Iterator[Office]:
        with kind(Account.made_up("petugas")) as proxy:
            yield office.by(proxy.url, Account(user, password) if user else None)

    return road


def closed_by(kind: type[ForwardProxy]) -> Road:
    """A proxy that opens no way to the centre."""

    @contextmanager
    def road(office: Office) -> Iterator[Office]:
        with kind(opens=False) as proxy:
            yield office.by(proxy.url)

    return road


def centre_away_behind(kind: type[ForwardProxy]) -> Road:
    """A proxy that works, and a centre that does not."""

    @contextmanager
    def road(office: Office) -> Iterator[Office]:
        with kind() as proxy, closed_port() as port:
            address = {"url": f"https://{HERE}:{port}"}
            yield replace(office.by(proxy.url), settings={**office.by(proxy.url).settings, **address})

    return road


@contextmanager
def proxy_away(office: Office) -> Iterator[Office]:
    """No proxy where it should be."""
    with closed_port() as port:
        yield office.by(f"http://{HERE}:{port}")


def proxy_unknown(office: Office) -> AbstractContextManager[Office]:
    """A proxy whose name nobody knows."""
    return nullcontext(office.by("http://proxy.invalid:3128"))


def showing(made: Callable[[Office], trustme.LeafCert]) -> Road:
    """The centre shows another certificate."""

    @contextmanager
    def road(office: Office) -> Iterator[Office]:
        office.gate.show(server_side(made(office)))
        yield office

    return road


@contextmanager
def with_old_tls(office: Office) -> Iterator[Office]:
    """What listens there speaks TLS 1.1 and no newer."""
    context = server_side(office.authority.issue_cert(HERE))
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_server((HERE, 0)) as listener:
        Thread(target=_greet, args=(listener, context), daemon=True).start()
        address = {"url": f"https://{HERE}:{listener.getsockname()[1]}"}
        yield replace(office, settings={**office.settings, **address})


def _greet(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        with client, suppress(OSError), context.wrap_socket(client, server_side=True):
            pass


def without_tls(office: Office) -> AbstractContextManager[Office]:
    """What listens there speaks no TLS."""
    return nullcontext(
        replace(office, settings={**office.settings, "url": f"https://{HERE}:{office.gate.port}"})
    )


def self_signed(_: Office) -> trustme.LeafCert:
    """A certificate that no CA has signed, as many an appliance shows one."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peralatan")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    secret = key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, plain)
    return trustme.LeafCert(secret, made.public_bytes(pem), [])


GOOD: Mapping[str, Road] = {
    "directly": directly,
    "squid": through(Squid),
    "squid with a password": through(Squid, signed_in=True),
    "tinyproxy": through(Tinyproxy),
    "tinyproxy with a password": through(Tinyproxy, signed_in=True),
    "a proxy over TLS": over_tls(),
    "a proxy with an IPv6 address": through(Tinyproxy, host="::1"),
}

BROKEN: Mapping[str, tuple[Road, str, str, str]] = {
    # how, and: the step of `sinergi doctor` that fails, the code, and words of its sentence
    "squid, wrong password": (
        knowing(Squid, user="petugas", password="sandi-salah"), "proxy", "SIKD-E406", "does not accept",
    ),
    "tinyproxy, wrong password": (
        knowing(Tinyproxy, user="petugas", password="sandi-salah"), "proxy", "SIKD-E406", "does not accept",
    ),
    "squid, no password stored": (knowing(Squid, user="petugas"), "proxy", "SIKD-E406", "none is stored"),
    "squid, no user set": (knowing(Squid, user=None), "proxy", "SIKD-E406", "none is set"),
    "tinyproxy, no user set": (knowing(Tinyproxy, user=None), "proxy", "SIKD-E406", "none is set"),
    "squid with NTLM alone": (
        knowing(NtlmSquid, user="petugas", password="sandi-salah"), "proxy", "SIKD-E406", "NTLM",
    ),
    "squid closed to the centre": (closed_by(Squid), "proxy", "SIKD-E406", "does not allow"),
    "tinyproxy closed to the centre": (closed_by(Tinyproxy), "proxy", "SIKD-E406", "does not allow"),
    "squid, centre away": (centre_away_behind(Squid), "proxy", "SIKD-E401", "does not reach the centre"),
    "tinyproxy, centre away": (
        centre_away_behind(Tinyproxy), "proxy", "SIKD-E401", "does not reach the centre",
    ),
    "proxy away": (proxy_away, "tcp", "SIKD-E417", "The proxy http://127.0.0.1"),
    "proxy unknown": (proxy_unknown, "dns", "SIKD-E416", "proxy.invalid has no address"),
    "proxy of an unknown CA": (over_tls(trusted=False), "proxy", "SIKD-E405", "does not know its issuer"),
    "certificate expired": (
        showing(lambda office: office.authority.issue_cert(HERE, not_after=LONG_AGO)),
        "tls", "SIKD-E405", "it has expired",
    ),
    "certificate not valid yet": (
        showing(lambda office: office.authority.issue_cert(HERE, not_before=FAR_AWAY, not_after=FAR_AWAY)),
        "tls", "SIKD-E405", "it is not valid yet",
    ),
    "certificate of another server": (
        showing(lambda office: office.authority.issue_cert("lain.example")),
        "tls", "SIKD-E405", f"it is of another server than {HERE}",
    ),
    "certificate signed by itself": (showing(self_signed), "tls", "SIKD-E405", "it is signed by itself"),
    "interception by an unknown CA": (
        showing(lambda _: trustme.CA().issue_cert(HERE)), "tls", "SIKD-E405", "does not know its issuer",
    ),
    "TLS 1.1": (with_old_tls, "tls", "SIKD-E401", "it speaks no TLS 1.2 or later"),
    "no TLS": (without_tls, "tls", "SIKD-E401", "does not speak TLS"),
}  # fmt: skip
