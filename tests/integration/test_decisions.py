"""What two people of a Pemda do with a budget that arrived, and what is in force for DJPK."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import DatabaseError

from contract.errors import UnknownSnapshot
from contract.wire.states import SnapshotState
from sikd import audit, authorisation, verification
from sikd.accounts import Role, User
from sikd.authorisation import InForce
from sikd.errors import NotAllowed, NotAsThingsStand, SamePerson
from tests.fakes.node import FakeNode, Prepared
from tests.integration.centre_in_process import JEPARA, PATI, CentreInProcess
from tests.integration.raw_requests import committed, state
from tests.sample_pemda import Budget


class Pemda:
    """Jepara with its node and its people."""

    def __init__(self, centre: CentreInProcess) -> None:
        self.centre = centre
        self.node: FakeNode = centre.mapped_node()
        self.sequence = 0

    def person(self, role: Role, number: int = 1, kode_pemda: str = JEPARA) -> User:
        return self.centre.person(f"{role}-{kode_pemda}-{number}", role, kode_pemda)

    def deliver(self, budget: Budget, perda: str = "12") -> Prepared:
        self.sequence += 1
        prepared = self.node.prepare(budget, sequence=self.sequence, perda=perda)
        assert self.node.deliver(prepared).lacking == ()
        self.centre.clock.pass_by(timedelta(minutes=1))
        return prepared

    def verify(self, prepared: Prepared, by: User | None = None) -> None:
        person, now = by or self.person(Role.VERIFIKATOR), self.centre.clock()
        with self.centre.database.begin() as connection:
            verification.verify(connection, JEPARA, prepared.manifest.content_id, person, "sesuai", now)

    def open(self, prepared: Prepared, by: User | None = None) -> None:
        person, now = by or self.person(Role.VERIFIKATOR), self.centre.clock()
        with self.centre.database.begin() as connection:
            verification.open_replacement(connection, JEPARA, prepared.manifest.content_id, person, now)

    def authorise(self, prepared: Prepared, by: User | None = None) -> InForce:
        person, now = by or self.person(Role.OTORISATOR), self.centre.clock()
        with self.centre.database.begin() as connection:
            return authorisation.authorise(
                connection, JEPARA, prepared.manifest.content_id, person, "setuju", now
            )

    def put_in_force(self, budget: Budget) -> Prepared:
        prepared = self.deliver(budget)
        self.verify(prepared)
        self.authorise(prepared)
        return prepared

    def in_force(self) -> InForce | None:
        with self.centre.database.read() as connection:
            return authorisation.in_force(connection, JEPARA, 2026)

    def proposals(self) -> tuple[authorisation.Replacement, ...]:
        with self.centre.database.read() as connection:
            return authorisation.proposals(connection, JEPARA, 2026)


@pytest.fixture
def pemda(centre: CentreInProcess) -> Pemda:
    return Pemda(centre)


def test_two_people_put_a_content_in_force(pemda: Pemda, budget: Budget) -> None:
    prepared = pemda.deliver(budget)
    pemda.verify(prepared)

    found = pemda.authorise(prepared)

    assert (found.snapshot.content_id, found.snapshot.state) == (
        prepared.manifest.content_id,
        SnapshotState.AUTHORISED,
    )
    assert (found.verification.by, found.authorised_by) == ("verifikator-11.10-1", "otorisator-11.10-1")
    assert pemda.in_force() == found


def test_nobody_authorises_what_they_verified(pemda: Pemda, budget: Budget) -> None:
    prepared = pemda.deliver(budget)
    pemda.verify(prepared)
    same = pemda.person(Role.VERIFIKATOR)
    promoted = User(same.username, Role.OTORISATOR, JEPARA)

    with pytest.raises(SamePerson):
        pemda.authorise(prepared, promoted)

    assert pemda.in_force() is None


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OTORISATOR])
def test_only_a_verifikator_verifies(pemda: Pemda, budget: Budget, role: Role) -> None:
    prepared = pemda.deliver(budget)

    with pytest.raises(NotAllowed):
        pemda.verify(prepared, pemda.person(role))


def test_people_of_another_pemda_decide_nothing_here(pemda: Pemda, budget: Budget) -> None:
    prepared = pemda.deliver(budget)

    with pytest.raises(NotAllowed):
        pemda.verify(prepared, pemda.person(Role.VERIFIKATOR, kode_pemda=PATI))


def test_an_account_that_was_closed_decides_nothing(pemda: Pemda, budget: Budget) -> None:
    prepared = pemda.deliver(budget)
    closed = User("verifikator-11.10-1", Role.VERIFIKATOR, JEPARA, active=False)

    with pytest.raises(NotAllowed):
        pemda.verify(prepared, closed)


def test_what_was_not_verified_is_not_authorised(pemda: Pemda, budget: Budget) -> None:
    prepared = pemda.deliver(budget)

    with pytest.raises(NotAsThingsStand):
        pemda.authorise(prepared)


def test_what_has_not_wholly_arrived_is_not_verified(pemda: Pemda, budget: Budget) -> None:
    prepared = pemda.node.prepare(budget)
    committed(pemda.node, prepared)

    with pytest.raises(UnknownSnapshot):
        pemda.verify(prepared)


def test_another_content_waits_while_one_is_in_force(
    pemda: Pemda, budget: Budget, another_budget: Budget
) -> None:
    first = pemda.put_in_force(budget)

    second = pemda.deliver(another_budget)

    found = pemda.in_force()
    assert found is not None
    assert found.snapshot.content_id == first.manifest.content_id
    waiting = [(each.snapshot.content_id, each.opened) for each in pemda.proposals()]
    assert waiting == [(second.manifest.content_id, False)]
    with pytest.raises(NotAsThingsStand):
        pemda.verify(second)


def test_an_opened_replacement_goes_the_same_way_and_takes_over_at_its_end(
    pemda: Pemda, budget: Budget, another_budget: Budget
) -> None:
    first = pemda.put_in_force(budget)
    second = pemda.deliver(another_budget)
    pemda.open(second)
    pemda.verify(second)
    between = pemda.in_force()

    after = pemda.authorise(second)

    assert between is not None
    assert between.snapshot.content_id == first.manifest.content_id
    assert after.snapshot.content_id == second.manifest.content_id
    assert state(pemda.node, first).state is SnapshotState.SUPERSEDED
    assert pemda.proposals() == ()


def test_a_verified_content_that_nobody_authorised_gives_way_when_another_is_verified(
    pemda: Pemda, budget: Budget, another_budget: Budget
) -> None:
    first = pemda.deliver(budget)
    pemda.verify(first)
    second = pemda.deliver(another_budget)
    pemda.open(second)

    pemda.verify(second)

    assert state(pemda.node, first).state is SnapshotState.SUPERSEDED
    with pytest.raises(NotAsThingsStand):
        pemda.authorise(first)


def test_the_same_content_delivered_again_keeps_its_decision(pemda: Pemda, budget: Budget) -> None:
    first = pemda.put_in_force(budget)

    again = pemda.deliver(budget)

    assert again.manifest.content_id == first.manifest.content_id
    assert again.snapshot_id != first.snapshot_id
    assert state(pemda.node, again).state is SnapshotState.AUTHORISED
    found = pemda.in_force()
    assert found is not None
    assert found.snapshot.snapshot_id == again.snapshot_id


def test_a_content_that_was_replaced_starts_anew_when_it_comes_back(
    pemda: Pemda, budget: Budget, another_budget: Budget
) -> None:
    first = pemda.put_in_force(budget)
    second = pemda.deliver(another_budget)
    pemda.open(second)
    pemda.verify(second)
    pemda.authorise(second)

    back = pemda.deliver(budget)

    assert back.manifest.content_id == first.manifest.content_id
    assert state(pemda.node, back).state is SnapshotState.RECEIVED
    assert [each.opened for each in pemda.proposals()] == [False]
    with pytest.raises(NotAsThingsStand):
        pemda.verify(back)


def test_what_does_not_wait_is_not_opened(pemda: Pemda, budget: Budget) -> None:
    prepared = pemda.deliver(budget)

    with pytest.raises(NotAsThingsStand):
        pemda.open(prepared)


def test_every_decision_is_in_the_log_of_the_pemda(pemda: Pemda, budget: Budget) -> None:
    pemda.put_in_force(budget)

    with pemda.centre.database.read() as connection:
        logged = [each.act for each in audit.acts(connection, kode_pemda=JEPARA)]

    acts = [act for act in logged if act != "account_added"]
    assert acts[:4] == ["content_authorised", "content_verified", "snapshot_received", "snapshot_committed"]


def test_the_log_can_be_neither_changed_nor_shortened(centre: CentreInProcess) -> None:
    with centre.database.begin() as connection:
        audit.append(connection, "petugas-1", "tried", "log", {}, centre.clock())

    for statement in ("UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log"):
        with pytest.raises(DatabaseError), centre.database.begin() as connection:
            connection.exec_driver_sql(statement)
