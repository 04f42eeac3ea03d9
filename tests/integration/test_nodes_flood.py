"""A crowd at the door: ten thousand strangers register, and every Pemda with a ticket gets in and is found.

The crowd comes through the very function that the API calls, with its limits; only its signatures are left
out, for they are checked before and would take an hour.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import insert

from contract.errors import Busy
from contract.wire import identity
from contract.wire.messages import Registered, Registration, verify_registration
from contract.wire.ticket import Ticket
from sikd import nodes, tickets
from sikd.accounts import Role
from sikd.nodes import NodeState, enrolment
from sikd.nodes.listing import A_PAGE
from sikd.nodes.rules import MAX_NEW_A_MINUTE, MAX_PENDING
from sikd.nodes.store import nodes as table
from sikd.reference import pemda
from tests.integration.centre_in_process import PASSWORD, PUBLIC_URL, CentreInProcess
from tests.integration.raw_requests import refusal, send
from tests.unit.web.visitor import Visitor

pytestmark = pytest.mark.timeout(600)
CROWD, NETWORKS = 10_000, 100
OVER_HTTP = 30
PAGE_BYTES, PAGE_SECONDS = 120_000, 5.0
SAYS = Registration(
    signing_key="", sealing_key="", sealing_signature="", hostname="bot", machine="", agent_version="0.1.0"
)


def stranger() -> Registered:
    der = secrets.token_bytes(44)
    return Registered(identity.node_id(der), der, b"", SAYS)


def crowd(centre: CentreInProcess) -> int:
    """Let the crowd register, as fast as its networks may; how many of it found a place."""
    let_in = 0
    for wave in range(CROWD // (NETWORKS * MAX_NEW_A_MINUTE) + 1):
        centre.clock.pass_by(timedelta(minutes=1, seconds=wave))
        with centre.database.begin() as connection:
            for number in range(min(NETWORKS * MAX_NEW_A_MINUTE, CROWD - wave * NETWORKS * MAX_NEW_A_MINUTE)):
                network = f"198.51.{number % NETWORKS}.0/24"
                try:
                    enrolment.register(connection, stranger(), network, centre.clock(), secrets.token_bytes)
                except Busy:
                    continue
                let_in += 1
    return let_in


def tickets_for_all(centre: CentreInProcess) -> list[Ticket]:
    officer = centre.person("petugas-1", Role.PETUGAS)
    with centre.database.begin() as connection:
        return [
            tickets.issue(
                connection,
                one.kode_pemda,
                tickets.DAYS,
                officer,
                centre.clock(),
                address=PUBLIC_URL,
                centre_der=centre.key.public_der,
                secret=secrets.token_bytes(tickets.SECRET_BYTES),
            )
            for one in pemda()
        ]


def arrive(centre: CentreInProcess, invitations: list[Ticket]) -> Iterator[str]:
    """Let a node come with each ticket, the first of them over HTTP, all of them in one minute."""
    for number, ticket in enumerate(invitations):
        node = centre.node(f"keuangan-{ticket.kode_pemda}")
        node.ticket = ticket
        if number < OVER_HTTP:
            assert node.enrol().state is NodeState.PENDING
        else:
            proved = verify_registration(node.registration())
            with centre.database.begin() as connection:
                enrolment.register(connection, proved, "198.51.0.0/24", centre.clock(), secrets.token_bytes)
        yield node.node_id


def read(centre: CentreInProcess, address: str) -> str:
    """A page as an officer gets it, in a size and a time that a weak line stands."""
    visitor = Visitor(centre.client)
    visitor.sign_in("petugas-1", PASSWORD)
    began = time.monotonic()
    page = visitor.read(address)
    assert time.monotonic() - began < PAGE_SECONDS
    assert len(page.encode()) < PAGE_BYTES
    return page


def test_whoever_has_a_ticket_gets_past_the_crowd_and_is_found(centre: CentreInProcess) -> None:
    let_in = crowd(centre)
    assert MAX_PENDING / 2 < let_in <= MAX_PENDING
    invitations = tickets_for_all(centre)

    arrived = set(arrive(centre, invitations))

    assert len(arrived) == len(pemda()) == 546
    with centre.database.read() as connection:
        waiting = nodes.listed(connection, state=NodeState.PENDING, most=546)
    assert {node.node_id for node in waiting.nodes} == arrived
    first = read(centre, "/node")
    assert first.count("menurut tiket") >= A_PAGE
    assert "bot" not in first
    for wanted in ("jepara", "11.10", "3320", "keuangan-11.10"):
        assert "Kabupaten Jepara" in read(centre, f"/node?cari={wanted}")


def test_the_crowd_that_is_full_says_so(centre: CentreInProcess) -> None:
    fill(centre, MAX_PENDING)
    late = centre.node("tanpa-tiket")

    assert refusal(send(late, "POST", "/v1/nodes", late.registration(), {})) == (429, "busy")


def test_ten_thousand_waiting_nodes_leave_every_page_usable(centre: CentreInProcess) -> None:
    # More than the limits let in: they may be raised one day, and the pages must not depend on them.
    fill(centre, CROWD)
    invited = tickets_for_all(centre)[:3]
    here = list(arrive(centre, invited))

    assert all(identity.grouped(node_id) in read(centre, "/node") for node_id in here)
    assert "bot" in read(centre, "/node?halaman=200")
    assert identity.grouped(here[0]) in read(centre, f"/node?keadaan=semua&cari={here[0]}")
    assert str(CROWD + len(here)) in read(centre, "/")


def fill(centre: CentreInProcess, count: int) -> None:
    """Put waiting nodes of nobody into the table."""
    centre.person("petugas-1", Role.PETUGAS)
    rows = [
        {
            "node_id": each.node_id,
            "signing_der": each.signing_der,
            "sealing_der": b"",
            "state": NodeState.PENDING.value,
            "hostname": "bot",
            "machine": "",
            "agent_version": "0.1.0",
            "network": f"203.0.{number % 200}.0/24",
            "registered_at": centre.clock(),
            "last_seen_at": centre.clock(),
            "match_nonce": bytes(16),
        }
        for number, each in enumerate(stranger() for _ in range(count))
    ]
    with centre.database.begin() as connection:
        connection.execute(insert(table), rows)
