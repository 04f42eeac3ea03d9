"""Where an access leads, and whether a person here has agreed to that: the guard before every connection.

A seal has no sender. Without this guard, whoever holds the centre could make every agent connect anywhere.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from agent.errors import TargetNotApproved, TargetNotNamed
from contract.text import T
from contract.wire.access import DatabaseAccess

Address = IPv4Address | IPv6Address
Resolve = Callable[[str], Sequence[str]]
"""The addresses of a host; empty where there are none."""


@dataclass(frozen=True, slots=True)
class Target:
    """Everything of an access that needs approval: all but the account and its password."""

    application: str
    engine: str
    host: str
    port: int
    database: str
    named_by: str
    tls: str

    @classmethod
    def of(cls, access: DatabaseAccess) -> Target:
        """The target of an access."""
        return cls(
            access.application,
            access.engine.value,
            access.host.lower(),
            access.port,
            access.database,
            access.named_by.value,
            access.tls.value,
        )


@dataclass(frozen=True, slots=True)
class Approval:
    """A target that a person at this node has agreed to; `named` where they typed its host themselves."""

    target: Target
    named: bool = False


def require_approved(
    target: Target, approvals: Iterable[Approval], allowed_hosts: Sequence[str], resolve: Resolve
) -> None:
    """Raise TargetNotApproved or TargetNotNamed where no connection to this target may be opened.

    1. A person has approved this very target, or agent.toml allows its host.
    2. Where it leads to this server itself or to its own wire, the host was named, not only included.
    """
    approval = next((each for each in approvals if each.target == target), None)
    if approval is None and not _allows(allowed_hosts, target.host):
        raise TargetNotApproved(
            T(
                "The database at {host}:{port} is not approved on this server.",
                host=target.host,
                port=target.port,
            ),
            remedy=T("Run `sudo sinergi access approve`; it shows the target and asks you."),
        )
    named = (approval is not None and approval.named) or target.host in map(str.lower, allowed_hosts)
    if not named and is_close(target.host, resolve):
        raise TargetNotNamed(
            T("{host} is this server itself, or stands on its own wire.", host=target.host),
            remedy=T("If that is right, run `sudo sinergi access approve --host {host}`.", host=target.host),
        )


def is_close(host: str, resolve: Resolve) -> bool:
    """Whether a host is loopback, link-local or no single other server, by any of its addresses."""
    return any(_is_close(ip_address(each.partition("%")[0])) for each in resolve(host))


def addresses_of(host: str) -> Sequence[str]:
    """The addresses that this server's resolver knows; empty where the name is unknown."""
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    except OSError:
        return ()


def itself(host: str) -> Sequence[str]:
    """The address that a host is, without asking any resolver; empty for a name."""
    try:
        return [str(ip_address(host))]
    except ValueError:
        return ()


def _is_close(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast


def _allows(allowed_hosts: Sequence[str], host: str) -> bool:
    return any(_covers(allowed.lower(), host) for allowed in allowed_hosts)


def _covers(allowed: str, host: str) -> bool:
    if allowed.startswith("*."):
        return host.endswith(allowed[1:])
    if "/" in allowed:
        try:
            return ip_address(host) in ip_network(allowed)
        except ValueError:
            return False
    return host == allowed
