"""How a node becomes known, stays in touch, and is mapped by two officers."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from contract.wire.identity import from_base64, match_code, signing_key
from contract.wire.messages import Checkin, CheckinAnswer, verify_centre, verify_checkin_answer
from contract.wire.states import NodeState
from sikd import audit, nodes
from sikd.accounts import Role
from sikd.errors import NotAllowed, NotAsThingsStand, NothingThere, SamePerson, WrongMatchCode
from sikd.nodes import Node
from sikd.nodes.rules import MAX_NEW_A_MINUTE
from tests.fakes.node import FakeNode
from tests.integration.centre_in_process import JEPARA, CentreInProcess
from tests.integration.raw_requests import refusal, send

FRESH = b"f" * nodes.NONCE_BYTES


def checkin(node: FakeNode, *, counter: int, checkin_id: str, hostname: str | None = None) -> bytes:
    return Checkin(
        checkin_id=checkin_id,
        counter=counter,
        hostname=hostname or node.hostname,
        machine="x86_64",
        agent_version="0.1.0",
        database="",
        queued=0,
    ).to_bytes()


def answered(centre: CentreInProcess, response: httpx.Response) -> CheckinAnswer:
    assert response.status_code == 200, response.text
    return verify_checkin_answer(response.content, signing_key(centre.key.public_der))


def hear(
    centre: CentreInProcess, node: FakeNode, counter: int, checkin_id: str, hostname: str | None = None
) -> CheckinAnswer:
    body = checkin(node, counter=counter, checkin_id=checkin_id, hostname=hostname)
    return answered(centre, send(node, "POST", "/v1/checkin", body))


def propose(centre: CentreInProcess, node: FakeNode, kode_pemda: str = JEPARA, by: str = "petugas-1") -> Node:
    person = centre.person(by, Role.PETUGAS)
    with centre.database.begin() as connection:
        return nodes.propose(connection, node.node_id, kode_pemda, person, centre.clock())


def approve(
    centre: CentreInProcess, node: FakeNode, code: str, by: str = "petugas-2", kode_pemda: str = JEPARA
) -> Node:
    person = centre.person(by, Role.PETUGAS)
    keys = {"centre_der": centre.key.public_der, "fresh_nonce": FRESH}
    with centre.database.begin() as connection:
        return nodes.approve(connection, node.node_id, kode_pemda, code, person, centre.clock(), **keys)


def test_the_centre_signs_who_it_is(centre: CentreInProcess) -> None:
    response = centre.client.get("/v1/centre")

    who = verify_centre(response.content, signing_key(centre.key.public_der))
    assert who.public_url == "https://sikd.example"


def test_registering_again_changes_nothing(centre: CentreInProcess) -> None:
    node = centre.node()
    first = node.enrol()

    second = node.enrol()

    assert (first.state, second.match_nonce) == (NodeState.PENDING, first.match_nonce)
    with centre.database.read() as connection:
        assert [each.node_id for each in nodes.pending(connection)] == [node.node_id]


def test_a_registration_without_its_keys_is_refused(centre: CentreInProcess) -> None:
    node = centre.node()
    spoilt = node.registration().replace(b"signatures", b"signaturez")

    assert refusal(send(node, "POST", "/v1/nodes", spoilt)) == (400, "malformed-message")


def test_a_registration_past_the_limit_is_refused(centre: CentreInProcess) -> None:
    assert refusal(send(centre.node(), "POST", "/v1/nodes", bytes(70_000))) == (413, "too-large")


def test_a_flood_of_new_nodes_is_slowed_down(centre: CentreInProcess) -> None:
    flood = [centre.node() for _ in range(MAX_NEW_A_MINUTE + 1)]

    answers = [send(node, "POST", "/v1/nodes", node.registration()) for node in flood]

    assert [each.status_code for each in answers] == [200] * MAX_NEW_A_MINUTE + [429]
    assert answers[-1].headers["retry-after"] == "60"


def test_who_waits_in_silence_makes_room_in_the_end(centre: CentreInProcess) -> None:
    silent = centre.node()
    silent.enrol()
    centre.clock.pass_by(timedelta(days=15))
    centre.node().enrol()

    with centre.database.read() as connection:
        assert nodes.find(connection, silent.node_id) is None
        assert audit.acts(connection, subject=silent.node_id)[0].act == "node_forgotten"
    assert silent.enrol().state is NodeState.PENDING


def test_a_lost_answer_is_given_again(centre: CentreInProcess) -> None:
    node = centre.mapped_node()
    body = checkin(node, counter=0, checkin_id="0" * 32)
    first = send(node, "POST", "/v1/checkin", body)
    centre.clock.pass_by(timedelta(minutes=1))

    again = send(node, "POST", "/v1/checkin", body)

    assert again.content == first.content
    assert answered(centre, first).counter == 1


def test_a_copy_of_a_node_suspends_it_and_shows_both_hosts(centre: CentreInProcess) -> None:
    node = centre.mapped_node()
    hear(centre, node, 0, "a" * 32)

    copy = hear(centre, node, 0, "b" * 32, hostname="db-salinan")

    assert copy.state is NodeState.SUSPENDED
    assert "db-salinan" in copy.reason
    assert node.hostname in copy.reason


def test_a_centre_restored_from_a_backup_suspends_nobody(centre: CentreInProcess) -> None:
    node = centre.mapped_node()

    answer = hear(centre, node, 17, "a" * 32)

    assert (answer.state, answer.counter) == (NodeState.MAPPED, 18)


def test_a_clock_that_is_off_is_told_the_time(centre: CentreInProcess) -> None:
    node = centre.mapped_node()
    late = replace(node, clock=lambda: centre.clock() - timedelta(hours=1))

    refused = send(late, "POST", "/v1/checkin", checkin(node, counter=0, checkin_id="0" * 32))

    assert refusal(refused) == (400, "clock-skew")
    assert b"2026-01-20T03:00:01Z" in refused.content


def test_an_unknown_node_is_told_to_enrol(centre: CentreInProcess) -> None:
    stranger = centre.node()

    refused = send(stranger, "POST", "/v1/checkin", checkin(stranger, counter=0, checkin_id="0" * 32))

    assert refusal(refused) == (404, "unknown-node")


def test_two_officers_and_the_code_map_a_node(centre: CentreInProcess) -> None:
    node = centre.node()
    code = node.match_code(node.enrol())
    propose(centre, node)

    mapped = approve(centre, node, code.upper()[:4] + " " + code[4:])

    assert (mapped.state, mapped.kode_pemda) == (NodeState.MAPPED, JEPARA)
    answer = hear(centre, node, 0, "0" * 32)
    assert (answer.kode_pemda, answer.kode_bps, answer.nama_pemda) == (JEPARA, "3320", "Kabupaten Jepara")


def test_nobody_approves_what_they_proposed(centre: CentreInProcess) -> None:
    node = centre.node()
    code = node.match_code(node.enrol())
    propose(centre, node)

    with pytest.raises(SamePerson):
        approve(centre, node, code, by="petugas-1")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN_SISTEM])
def test_only_officers_decide_about_nodes(centre: CentreInProcess, role: Role) -> None:
    node = centre.node()
    node.enrol()
    person = centre.person("orang-1", role)

    with pytest.raises(NotAllowed), centre.database.begin() as connection:
        nodes.propose(connection, node.node_id, JEPARA, person, centre.clock())


def test_five_wrong_codes_make_a_new_one(centre: CentreInProcess) -> None:
    node = centre.node()
    code = node.match_code(node.enrol())
    propose(centre, node)

    for _ in range(5):
        with pytest.raises(WrongMatchCode):
            approve(centre, node, "qqqqqqqq")

    with pytest.raises(WrongMatchCode):
        approve(centre, node, code)
    shown = hear(centre, node, 0, "0" * 32).match_nonce
    assert from_base64(shown) == FRESH
    fresh_code = match_code(node.signing_der, node.sealing_der, centre.key.public_der, FRESH)
    assert approve(centre, node, fresh_code).state is NodeState.MAPPED


def test_a_look_alike_has_another_code(centre: CentreInProcess) -> None:
    honest, look_alike = centre.node(), centre.node()
    code = honest.match_code(honest.enrol())
    look_alike.enrol()
    propose(centre, look_alike)

    with pytest.raises(WrongMatchCode):
        approve(centre, look_alike, code)


def test_a_pemda_has_one_node(centre: CentreInProcess) -> None:
    centre.mapped_node()
    second = centre.node()
    second.enrol()

    with pytest.raises(NotAsThingsStand):
        propose(centre, second)


def test_two_proposals_for_one_pemda_map_one_node(centre: CentreInProcess) -> None:
    first, second = centre.node(), centre.node()
    codes = [node.match_code(node.enrol()) for node in (first, second)]
    propose(centre, first)
    propose(centre, second)
    approve(centre, first, codes[0])

    with pytest.raises(NotAsThingsStand):
        approve(centre, second, codes[1])


def test_two_approvals_at_once_map_one_node(centre: CentreInProcess) -> None:
    waiting = [centre.node(), centre.node()]
    codes = [node.match_code(node.enrol()) for node in waiting]
    for node in waiting:
        propose(centre, node)
    centre.person("petugas-2", Role.PETUGAS)

    def try_to_approve(number: int) -> NodeState | None:
        try:
            return approve(centre, waiting[number], codes[number]).state
        except NotAsThingsStand:
            return None

    with ThreadPoolExecutor(2) as pool:
        mapped = list(pool.map(try_to_approve, range(2)))

    assert sorted(mapped, key=str) == [None, NodeState.MAPPED]


def test_a_pemda_that_does_not_exist_is_not_mapped(centre: CentreInProcess) -> None:
    node = centre.node()
    node.enrol()

    with pytest.raises(NothingThere):
        propose(centre, node, "99.99")


def test_a_rejected_node_learns_why(centre: CentreInProcess) -> None:
    node = centre.node()
    node.enrol()
    officer = centre.person("petugas-1", Role.PETUGAS)
    with centre.database.begin() as connection:
        nodes.reject(connection, node.node_id, "bukan server Pemda", officer, centre.clock())

    answer = hear(centre, node, 0, "0" * 32)

    assert (answer.state, answer.reason) == (NodeState.REJECTED, "bukan server Pemda")


def test_every_act_about_a_node_is_in_the_log(centre: CentreInProcess) -> None:
    node = centre.mapped_node()

    with centre.database.read() as connection:
        logged = audit.acts(connection, subject=node.node_id)

    assert [(each.act, each.actor) for each in logged] == [
        ("node_mapped", "petugas-2"),
        ("node_proposed", "petugas-1"),
        ("node_registered", node.node_id),
    ]


def test_a_check_in_says_which_ids_to_go_on_from(centre: CentreInProcess) -> None:
    node = centre.mapped_node()

    answer = hear(centre, node, 0, secrets.token_hex(16))

    assert (answer.last_sequence, answer.last_content_id) == (0, None)
    assert answer.next_deadline is not None
