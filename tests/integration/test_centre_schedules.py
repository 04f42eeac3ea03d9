"""When a node reads, as an officer has set it: judged as the agent judges, and told with each answer."""

from __future__ import annotations

import pytest

from sikd import audit, nodes
from sikd.accounts import Role, User
from sikd.errors import NotAllowed, NotAsThingsStand, NothingThere
from sikd.nodes import SetSchedule
from tests.integration.centre_in_process import JEPARA, PASSWORD, PATI, CentreInProcess
from tests.unit.web.visitor import Visitor


@pytest.fixture
def petugas(centre: CentreInProcess) -> User:
    return centre.person("petugas-1", Role.PETUGAS)


def put(centre: CentreInProcess, line: str, by: User, kode_pemda: str = JEPARA) -> SetSchedule | None:
    with centre.database.begin() as connection:
        return nodes.set_schedule(connection, kode_pemda, line, by, centre.clock())


def acts(centre: CentreInProcess) -> list[tuple[str, str]]:
    with centre.database.read() as connection:
        return [(act.act, act.actor) for act in audit.acts(connection, subject=JEPARA)]


def test_a_schedule_travels_in_each_answer_until_it_is_taken_back(
    centre: CentreInProcess, petugas: User
) -> None:
    node = centre.mapped_node()
    before = node.check_in().schedule
    put(centre, " every  6h ", petugas)
    told = [node.check_in().schedule for _ in range(2)]

    put(centre, "", petugas)

    assert (before, told, node.check_in().schedule) == (None, ["every 6h", "every 6h"], None)
    assert acts(centre) == [("schedule_taken_back", "petugas-1"), ("schedule_set", "petugas-1")]


def test_the_node_of_another_pemda_hears_nothing_of_it(centre: CentreInProcess, petugas: User) -> None:
    node = centre.mapped_node()

    put(centre, "every 6h", petugas, PATI)

    assert node.check_in().schedule is None


def test_a_node_that_is_not_mapped_is_told_no_schedule(centre: CentreInProcess, petugas: User) -> None:
    node = centre.mapped_node()
    put(centre, "every 6h", petugas)

    centre.revoke(node)

    assert node.check_in().schedule is None


def test_the_next_node_of_the_pemda_hears_it_too(centre: CentreInProcess, petugas: User) -> None:
    first = centre.mapped_node()
    put(centre, "every 6h", petugas)
    centre.revoke(first)

    assert centre.mapped_node().check_in().schedule == "every 6h"


@pytest.mark.parametrize("line", ["every day", "0 0 31 2 *", "60 * * * *", "every 0h", "* " * 60])
def test_what_no_agent_could_read_is_not_set(centre: CentreInProcess, petugas: User, line: str) -> None:
    put(centre, "every 6h", petugas)

    with pytest.raises(NotAsThingsStand):
        put(centre, line, petugas)

    assert centre.mapped_node().check_in().schedule == "every 6h"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN_SISTEM, Role.ADMIN])
def test_only_an_officer_sets_it(centre: CentreInProcess, role: Role) -> None:
    someone = centre.person("orang-lain", role, JEPARA if role is Role.ADMIN else None)

    with pytest.raises(NotAllowed):
        put(centre, "every 6h", someone)


def test_there_is_no_schedule_of_a_pemda_that_does_not_exist(centre: CentreInProcess, petugas: User) -> None:
    with pytest.raises(NothingThere):
        put(centre, "every 6h", petugas, "99.99")


def test_an_officer_sets_it_on_the_page_of_the_node(centre: CentreInProcess, petugas: User) -> None:
    node, visitor = centre.mapped_node(), Visitor(centre.client)
    place = f"/node/{node.node_id}"
    visitor.sign_in(petugas.username, PASSWORD)

    refused = visitor.send(place, f"{place}/jadwal", schedule="setiap hari")
    taken = visitor.send(place, f"{place}/jadwal", schedule="every 6h")

    assert (refused.status_code, taken.status_code) == (409, 303)
    assert 'value="setiap hari"' in refused.text
    assert "every 6h" in visitor.read(place)
    assert node.check_in().schedule == "every 6h"
