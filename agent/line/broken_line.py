"""A line to the centre that broke: at which piece, through whose fault, and what to do.

The same words for the daemon, a command and `sinergi doctor`, whoever of them has met it.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from enum import IntEnum
from urllib.parse import urlsplit

from agent.errors import AgentError, CentreUnreachable, NameUnknown, NotACentre, ProxyUnreachable
from agent.line.certificates import CENTRE_PEOPLE, PROXY_PEOPLE, certificate_refused, tls_trouble
from agent.settings import Centre
from contract.errors import ExplainedError
from contract.text import T, Text

_BROKE_OFF = T("the connection broke off")
_BY_NUMBER = {
    errno.ECONNREFUSED: T("connection refused, nothing listens there"),
    errno.ECONNRESET: _BROKE_OFF,
    errno.EPIPE: _BROKE_OFF,
    errno.EHOSTUNREACH: T("no way leads there"),
    errno.ENETUNREACH: T("no way leads there"),
    errno.ETIMEDOUT: T("it timed out"),
}
_BY_RESOLVER = {
    socket.EAI_NONAME: T("no DNS server knows it"),
    socket.EAI_AGAIN: T("the DNS server does not answer"),
}
_HANG_UPS = ("Server disconnected", "peer closed connection")
"""How the HTTP library says that the other side has ended a connection."""


class Leg(IntEnum):
    """The pieces of a request's way, in their order."""

    CONNECTION = 1
    """To the proxy where there is one, else to the centre."""
    PROXY_TLS = 2
    PROXY_WORD = 3
    """The proxy was asked for the way to the centre."""
    TLS = 4
    REQUEST = 5


def explained(leg: Leg, error: BaseException, centre: Centre) -> AgentError:
    """The error of this agent for whatever the system or the HTTP library met on a leg."""
    chain = list(_causes(error))
    at_proxy = leg < Leg.TLS and centre.way_out is not None
    url = centre.way_out if at_proxy and centre.way_out else centre.url
    for cause in chain:
        if isinstance(cause, ssl.SSLCertVerificationError):
            whom = PROXY_PEOPLE if at_proxy else CENTRE_PEOPLE
            return certificate_refused(url, cause, host=_host(url), whom=whom)
    if isinstance(chain[-1], socket.gaierror):
        return _name_unknown(_host(url), chain[-1])
    if at_proxy:
        return _proxy_unreachable(leg, url, _why(chain[-1]), centre)
    return _centre_unreachable(url, _why(chain[-1]), sent=leg is Leg.REQUEST)


def not_a_centre(host: str, what: str) -> NotACentre:
    """The error for an answer that no centre gives."""
    return NotACentre(
        T("{host} answers, but not as the centre does ({what}).", host=host, what=what),
        remedy=T("Check url and proxy in [centre]; a web filter may stand in between."),
    )


def _centre_unreachable(url: str, why: Text | str, *, sent: bool) -> CentreUnreachable:
    return CentreUnreachable(
        T("The centre at {url} cannot be reached: {why}.", url=url, why=why),
        remedy=T(
            "Check the network, the firewall and the proxy. A running agent tries again by itself; a command"
            " has to be run again."
        ),
        sent=sent,
    )


def _proxy_unreachable(leg: Leg, proxy: str, why: Text | str, centre: Centre) -> ProxyUnreachable:
    problem = T("The proxy {proxy} cannot be reached: {why}.", proxy=proxy, why=why)
    if leg is Leg.PROXY_WORD:
        problem = T(
            "The proxy {proxy} does not open the way to {url}: {why}.", proxy=proxy, url=centre.url, why=why
        )
    return ProxyUnreachable(
        problem,
        remedy=T(
            "Check proxy in [centre], and ask the network's administrator. A running agent tries again by"
            " itself; a command has to be run again."
        ),
        sent=False,
    )


def _name_unknown(host: str, error: OSError) -> NameUnknown:
    why = _BY_RESOLVER.get(error.errno or 0) or error.strerror or str(error)
    return NameUnknown(
        T("The name {host} has no address here: {why}.", host=host, why=why),
        remedy=T("Check the name in [centre], and the DNS server of this machine."),
        sent=False,
    )


def _why(cause: BaseException) -> Text | str:
    if isinstance(cause, ssl.SSLError):
        return tls_trouble(cause)
    if isinstance(cause, TimeoutError):
        return T("it timed out")
    if isinstance(cause, OSError):
        return _BY_NUMBER.get(cause.errno or 0) or cause.strerror or str(cause)
    said = str(cause)
    return _BROKE_OFF if said.startswith(_HANG_UPS) else said or type(cause).__name__


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    # An error of our own is what the agent was dealing with when this line broke, and not why it broke.
    while error is not None and not isinstance(error, ExplainedError):
        yield error
        error = error.__cause__ or error.__context__
