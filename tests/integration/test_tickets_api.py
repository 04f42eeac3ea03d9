"""A node comes with an install ticket: it is let in once, and whoever comes second raises an alarm."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.wire import envelope
from contract.wire.messages import Problem
from contract.wire.states import NodeState
from contract.wire.ticket import Ticket, read_ticket
from sikd import audit, nodes, tickets
from sikd.accounts import Role, User
from sikd.errors import BadSettings, NotAllowed, NotAsThingsStand, NothingThere
from sikd.tickets import IssuedTicket, TicketState
from sikd.tickets.redeem import MOST_STRANGERS
from tests.fakes.node import FakeNode
from tests.integration.centre_in_process import JEPARA, PUBLIC_URL, CentreInProcess
from tests.integration.raw_requests import refusal, send


def register(node: FakeNode) -> httpx.Response:
    return send(node, "POST", "/v1/nodes", node.registration(), {})


def invited_node(centre: CentreInProcess, ticket: Ticket, hostname: str = "db-keuangan-01") -> FakeNode:
    node = centre.node(hostname)
    node.ticket = ticket
    return node


def kept(centre: CentreInProcess, ticket: Ticket) -> IssuedTicket:
    with centre.database.read() as connection:
        return tickets.get(connection, ticket.ticket_id)


def acts(centre: CentreInProcess, ticket: Ticket) -> list[str]:
    with centre.database.read() as connection:
        return [each.act for each in audit.acts(connection, subject=ticket.ticket_id)]


def withdraw(centre: CentreInProcess, ticket: Ticket) -> IssuedTicket:
    officer = centre.person("petugas-1", Role.PETUGAS)
    with centre.database.begin() as connection:
        return tickets.withdraw(connection, ticket.ticket_id, "salah kirim", officer, centre.clock())


def test_a_ticket_is_bound_to_the_first_key_that_uses_it(centre: CentreInProcess) -> None:
    ticket = centre.ticket()
    node = invited_node(centre, read_ticket(ticket.to_text()))

    answer = node.enrol()

    assert (answer.state, answer.kode_pemda) == (NodeState.PENDING, None)
    assert kept(centre, ticket).node_id == node.node_id
    assert acts(centre, ticket) == ["ticket_used", "ticket_issued"]


def test_a_lost_answer_makes_no_second_node(centre: CentreInProcess) -> None:
    node = invited_node(centre, centre.ticket())
    node.enrol()

    again = node.enrol()

    assert again.state is NodeState.PENDING
    with centre.database.read() as connection:
        assert [each.node_id for each in nodes.pending(connection)] == [node.node_id]


def test_the_same_key_comes_again_when_the_ticket_is_over(centre: CentreInProcess) -> None:
    node = invited_node(centre, centre.ticket(days=1))
    node.enrol()
    centre.clock.pass_by(timedelta(days=2))

    assert node.enrol().state is NodeState.PENDING


def test_a_second_key_is_refused_and_both_sides_know(centre: CentreInProcess) -> None:
    ticket = centre.ticket()
    invited_node(centre, ticket).enrol()
    thief = invited_node(centre, ticket, "db-salinan")

    answers = []
    for wait in (60, 60, 5):
        answers.append(register(thief))
        centre.clock.pass_by(timedelta(seconds=wait))
    answers.append(register(thief))

    assert {refusal(each) for each in answers} == {(409, "ticket-used")}
    problem = Problem.from_bytes(answers[0].content, max_bytes=65536)
    assert ticket.ticket_id in problem.title
    assert acts(centre, ticket) == ["ticket_used_again", "ticket_used", "ticket_issued"]
    with centre.database.read() as connection:
        (stranger,) = tickets.strangers_of(connection, ticket.ticket_id)
        assert (stranger.node_id, stranger.hostname, stranger.tries) == (thief.node_id, "db-salinan", 3)
        assert tickets.alarmed(connection, [ticket.ticket_id]) == {ticket.ticket_id}
        assert tickets.attempts_of(connection, thief.node_id) == (stranger,)
        assert nodes.find(connection, thief.node_id) is None


def test_a_ticket_that_everybody_has_fills_no_table(centre: CentreInProcess) -> None:
    ticket = centre.ticket()
    invited_node(centre, ticket).enrol()

    for _ in range(MOST_STRANGERS + 5):
        assert refusal(register(invited_node(centre, ticket)))[1] == "ticket-used"

    with centre.database.read() as connection:
        assert len(tickets.strangers_of(connection, ticket.ticket_id)) == MOST_STRANGERS
    assert acts(centre, ticket).count("ticket_used_again") == MOST_STRANGERS


def test_two_keys_at_once_use_a_ticket_once(centre: CentreInProcess) -> None:
    ticket = centre.ticket()
    both = [invited_node(centre, ticket) for _ in range(2)]

    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(lambda node: register(node).status_code, both))

    assert sorted(statuses) == [200, 409]


def test_who_only_knows_a_tickets_public_key_raises_no_alarm(centre: CentreInProcess) -> None:
    ticket = centre.ticket()
    invited_node(centre, ticket).enrol()
    # A reader of the centre's tables, or of the line, has this much.
    reader = invited_node(centre, ticket)
    named = envelope.read(reader.registration())
    unproved = replace(named, signatures=named.signatures[:1]).to_bytes()

    assert refusal(send(reader, "POST", "/v1/nodes", unproved, {})) == (422, "bad-signature")
    assert "ticket_used_again" not in acts(centre, ticket)


def test_a_ticket_of_nobody_is_unknown(centre: CentreInProcess) -> None:
    made_up = replace(centre.ticket(), secret=b"s" * 16)

    assert refusal(register(invited_node(centre, made_up))) == (404, "unknown-ticket")


def test_a_ticket_past_its_time_is_refused_by_name(centre: CentreInProcess) -> None:
    ticket = centre.ticket(days=3)
    node = invited_node(centre, ticket)
    centre.clock.pass_by(timedelta(days=3, seconds=1))

    assert refusal(register(node)) == (403, "ticket-expired")
    assert kept(centre, ticket).state(centre.clock()) is TicketState.EXPIRED


def test_a_ticket_that_was_withdrawn_is_refused_by_name(centre: CentreInProcess) -> None:
    ticket = centre.ticket()
    withdraw(centre, ticket)

    assert refusal(register(invited_node(centre, ticket))) == (403, "ticket-withdrawn")
    assert acts(centre, ticket) == ["ticket_withdrawn", "ticket_issued"]


def test_a_ticket_that_was_used_is_not_taken_back(centre: CentreInProcess) -> None:
    ticket = centre.ticket()
    invited_node(centre, ticket).enrol()

    with pytest.raises(NotAsThingsStand):
        withdraw(centre, ticket)


def test_a_node_that_waits_already_may_bring_its_ticket_later(centre: CentreInProcess) -> None:
    node = centre.node()
    node.enrol()
    ticket = node.ticket = centre.ticket()

    node.enrol()

    assert kept(centre, ticket).node_id == node.node_id


def test_a_ticket_maps_nothing(centre: CentreInProcess) -> None:
    node = invited_node(centre, centre.ticket())
    node.enrol()

    assert node.check_in().state is NodeState.PENDING


def test_other_sealing_keys_bind_no_ticket(centre: CentreInProcess) -> None:
    node = centre.node()
    node.enrol()
    ticket = centre.ticket()
    changed = replace(node, sealing=ec.generate_private_key(ec.SECP256R1()), ticket=ticket)

    assert refusal(register(changed)) == (403, "refused")
    assert kept(centre, ticket).state(centre.clock()) is TicketState.OPEN


def test_the_tables_hold_no_secret(centre: CentreInProcess) -> None:
    ticket = centre.ticket()

    seed = ticket.key.private_bytes_raw()
    assert {ticket.secret, seed}.isdisjoint(vars_of(kept(centre, ticket)))
    assert isinstance(ticket.key, Ed25519PrivateKey)
    with centre.database.read() as connection:
        log = repr(audit.acts(connection))
    assert ticket.to_text() not in log
    assert ticket.secret.hex() not in log


def vars_of(ticket: IssuedTicket) -> set[object]:
    return {getattr(ticket, name) for name in IssuedTicket.__slots__}


def issue(
    centre: CentreInProcess, by: User, kode_pemda: str = JEPARA, days: int = 14, address: str = PUBLIC_URL
) -> Ticket:
    with centre.database.begin() as connection:
        return tickets.issue(
            connection,
            kode_pemda,
            days,
            by,
            centre.clock(),
            address=address,
            centre_der=centre.key.public_der,
            secret=bytes(tickets.SECRET_BYTES),
        )


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN_SISTEM])
def test_only_officers_issue_tickets(centre: CentreInProcess, role: Role) -> None:
    with pytest.raises(NotAllowed):
        issue(centre, centre.person("orang-1", role))


@pytest.mark.parametrize(
    ("kode_pemda", "days", "address", "error"),
    [
        ("99.99", 14, PUBLIC_URL, NothingThere),
        (JEPARA, 0, PUBLIC_URL, NotAsThingsStand),
        (JEPARA, 91, PUBLIC_URL, NotAsThingsStand),
        (JEPARA, 14, "", BadSettings),
        (JEPARA, 14, f"{PUBLIC_URL}/pusat", BadSettings),
    ],
)
def test_a_ticket_that_makes_no_sense_is_not_issued(
    centre: CentreInProcess, kode_pemda: str, days: int, address: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        issue(centre, centre.person("petugas-1", Role.PETUGAS), kode_pemda, days, address)
