"""A snapshot that people ask for: who may, of which node, and what is known of it afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contract.wire.messages import Order
from sikd import audit, nodes
from sikd.accounts import Role, User
from sikd.errors import NotAllowed, NotAsThingsStand
from sikd.nodes import Asked
from tests.fakes.node import FakeNode
from tests.integration.centre_in_process import JEPARA, PASSWORD, PATI, CentreInProcess
from tests.integration.raw_requests import refusal
from tests.sample_pemda import Budget
from tests.unit.web.visitor import Visitor


@pytest.fixture
def mapped(centre: CentreInProcess) -> FakeNode:
    node = centre.mapped_node()
    node.check_in()
    return node


@pytest.fixture
def petugas(centre: CentreInProcess) -> User:
    return centre.person("petugas-1", Role.PETUGAS)


def ask(centre: CentreInProcess, node: FakeNode, by: User) -> Asked:
    with centre.database.begin() as connection:
        return nodes.ask_snapshot(connection, node.node_id, by, centre.clock())


def known(centre: CentreInProcess) -> Asked:
    with centre.database.read() as connection:
        everyone = nodes.of_pemda(connection, JEPARA)
        (asked,) = filter(None, (nodes.asked_of(connection, node) for node in everyone))
    return asked


def test_an_asking_is_written_down_with_who_and_when(
    centre: CentreInProcess, mapped: FakeNode, petugas: User
) -> None:
    asked = ask(centre, mapped, petugas)

    with centre.database.read() as connection:
        (act, *_) = audit.acts(connection, subject=mapped.node_id)
    assert (act.act, act.actor, act.at, act.kode_pemda) == (
        "snapshot_asked", "petugas-1", asked.asked_at, JEPARA,
    )  # fmt: skip


def test_the_centre_knows_since_when_the_node_knows(
    centre: CentreInProcess, mapped: FakeNode, petugas: User
) -> None:
    ask(centre, mapped, petugas)
    given = mapped.check_in().orders
    assert (given, known(centre).heard_at) == ((Order.SNAPSHOT,), None)
    centre.clock.pass_by(timedelta(minutes=1))

    then = mapped.check_in().orders

    assert (then, known(centre).heard_at) == ((), centre.clock())


def test_the_first_snapshot_taken_since_is_shown_and_no_earlier_or_later_one(
    centre: CentreInProcess, mapped: FakeNode, petugas: User, budget: Budget, another_budget: Budget
) -> None:
    before = mapped.prepare(budget, 1)
    centre.clock.pass_by(timedelta(hours=1))
    ask(centre, mapped, petugas)
    mapped.deliver(before)
    assert known(centre).snapshot_id is None
    centre.clock.pass_by(timedelta(minutes=1))
    since = mapped.prepare(another_budget, 2)

    mapped.deliver(since)
    mapped.deliver(mapped.prepare(budget, 3))

    assert known(centre).snapshot_id == since.snapshot_id


def test_nothing_is_asked_twice_before_it_was_heard(
    centre: CentreInProcess, mapped: FakeNode, petugas: User
) -> None:
    ask(centre, mapped, petugas)
    mapped.check_in()

    with pytest.raises(NotAsThingsStand) as caught:
        ask(centre, mapped, petugas)

    assert "petugas-1" in str(caught.value)
    mapped.check_in()
    assert ask(centre, mapped, petugas).number == 2


@pytest.mark.parametrize(
    ("role", "kode_pemda"),
    [(Role.AUDITOR, None), (Role.ADMIN_SISTEM, None), (Role.VERIFIKATOR, JEPARA), (Role.ADMIN, PATI)],
)
def test_nobody_else_may_ask(
    centre: CentreInProcess, mapped: FakeNode, role: Role, kode_pemda: str | None
) -> None:
    with pytest.raises(NotAllowed):
        ask(centre, mapped, centre.person("orang-lain", role, kode_pemda))

    assert mapped.check_in().orders == ()


def test_the_admin_of_the_pemda_may_ask_its_own_node(centre: CentreInProcess, mapped: FakeNode) -> None:
    ask(centre, mapped, centre.person("admin-1", Role.ADMIN, JEPARA))

    assert mapped.check_in().orders == (Order.SNAPSHOT,)


@pytest.mark.parametrize("state", ["pending", "revoked", "suspended"])
def test_a_node_that_may_not_deliver_is_asked_for_nothing(
    centre: CentreInProcess, petugas: User, state: str
) -> None:
    node = centre.node() if state == "pending" else centre.mapped_node()
    node.enrol()
    if state == "revoked":
        centre.revoke(node)
    if state == "suspended":
        for machine in ("a" * 32, "b" * 32):
            node.machine, node.counter = machine, 0
            node.check_in()

    with pytest.raises(NotAsThingsStand) as caught:
        ask(centre, node, petugas)

    assert state in str(caught.value)


def test_a_node_that_was_suspended_meanwhile_hears_no_order(
    centre: CentreInProcess, mapped: FakeNode, petugas: User
) -> None:
    ask(centre, mapped, petugas)

    centre.revoke(mapped)

    assert mapped.check_in().orders == ()
    assert known(centre).heard_at is None


def test_a_program_asks_in_an_officers_name(centre: CentreInProcess, mapped: FakeNode, petugas: User) -> None:
    place, by = f"/v1/nodes/{mapped.node_id}/snapshot-order", (petugas.username, PASSWORD)

    first = centre.client.post(place, auth=by)
    again = centre.client.post(place, auth=by)

    assert (first.status_code, first.json()["node_id"]) == (200, mapped.node_id)
    assert refusal(again) == (409, "not-as-things-stand")
    assert refusal(centre.client.post(place)) == (403, "not-allowed")


def test_an_officer_asks_on_the_page_of_the_node(
    centre: CentreInProcess, mapped: FakeNode, petugas: User, budget: Budget
) -> None:
    visitor, place = Visitor(centre.client), f"/node/{mapped.node_id}"
    visitor.sign_in(petugas.username, PASSWORD)

    assert visitor.send(place, f"{place}/snapshot").status_code == 303
    waits = visitor.read(place)
    mapped.check_in()
    mapped.check_in()
    heard = visitor.read(place)
    taken = mapped.prepare(budget)
    mapped.deliver(taken)
    came = visitor.read(place)

    assert f'action="{place}/snapshot"' not in waits
    assert "belum" in waits
    assert f'action="{place}/snapshot"' in heard
    assert f"/pemda/{JEPARA}/apbd/{taken.snapshot_id}" in came


def test_an_admin_asks_on_the_page_of_the_pemda(centre: CentreInProcess, mapped: FakeNode) -> None:
    admin = centre.person("admin-1", Role.ADMIN, JEPARA)
    visitor, place = Visitor(centre.client), f"/pemda/{JEPARA}"
    visitor.sign_in(admin.username, PASSWORD)

    first = visitor.send(place, f"{place}/snapshot")
    again = visitor.send("/akun", f"{place}/snapshot")

    assert (first.status_code, again.status_code) == (303, 409)
    assert mapped.check_in().orders == (Order.SNAPSHOT,)
    assert "admin-1" in visitor.read(place)
