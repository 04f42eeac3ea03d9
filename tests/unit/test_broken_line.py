"""What a broken line means: the piece it broke at, and never an error that was dealt with before."""

from __future__ import annotations

import errno
import socket

import pytest

from agent.errors import CentreUnreachable, NameUnknown, ProxyUnreachable
from agent.line.broken_line import Leg, explained
from agent.settings import Centre
from contract.errors import UnknownNode
from contract.text import T

OPEN = Centre(url="https://sikd.example")
OFFICE = Centre(url="https://sikd.example", proxy="http://proxy.example:3128")


@pytest.mark.parametrize(
    ("leg", "centre", "kind", "sent"),
    [
        (Leg.CONNECTION, OPEN, CentreUnreachable, False),
        (Leg.TLS, OPEN, CentreUnreachable, False),
        (Leg.REQUEST, OPEN, CentreUnreachable, True),
        (Leg.CONNECTION, OFFICE, ProxyUnreachable, False),
        (Leg.PROXY_TLS, OFFICE, ProxyUnreachable, False),
        (Leg.PROXY_WORD, OFFICE, ProxyUnreachable, False),
        (Leg.TLS, OFFICE, CentreUnreachable, False),
        (Leg.REQUEST, OFFICE, CentreUnreachable, True),
    ],
)
def test_the_leg_says_who_is_away_and_whether_anything_was_sent(
    leg: Leg, centre: Centre, kind: type[CentreUnreachable], sent: bool
) -> None:
    error = explained(leg, TimeoutError("timed out"), centre)

    assert type(error) is kind
    assert isinstance(error, CentreUnreachable)
    assert error.sent is sent
    assert "it timed out" in str(error.problem)


def test_a_silent_proxy_is_named_beside_the_centre_that_it_was_asked_for() -> None:
    told = str(explained(Leg.PROXY_WORD, TimeoutError(), OFFICE).problem)

    assert "http://proxy.example:3128" in told
    assert "https://sikd.example" in told


@pytest.mark.parametrize(("centre", "host"), [(OPEN, "sikd.example"), (OFFICE, "proxy.example")])
def test_the_name_that_was_looked_up_is_the_one_that_is_told(centre: Centre, host: str) -> None:
    error = explained(Leg.CONNECTION, socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), centre)

    assert isinstance(error, NameUnknown)
    assert f"The name {host} has no address here: the DNS server does not answer." == str(error.problem)


def test_what_the_agent_was_dealing_with_is_not_told_as_the_cause() -> None:
    # The centre did not know the node, so it registered; and then the line broke.
    broken = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
    broken.__context__ = UnknownNode(T("The centre does not know this node."), remedy=T("Register."))

    told = str(explained(Leg.CONNECTION, broken, OPEN).problem)

    assert told.endswith("cannot be reached: connection refused, nothing listens there.")
