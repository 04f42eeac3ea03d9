"""Programs of DJPK decide about nodes in an officer's name, and no road leads round the second person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from sikd import audit, nodes
from sikd.accounts import Role
from sikd.errors import SamePerson
from tests.fakes.node import FakeNode
from tests.integration.centre_in_process import JEPARA, PASSWORD, CentreInProcess
from tests.integration.raw_requests import refusal
from tests.unit.web.visitor import Visitor


def call(
    centre: CentreInProcess, path: str, said: dict[str, str] | None = None, by: str = "petugas-1"
) -> httpx.Response:
    """GET, or POST where something is said, by an officer who has an account."""
    if by.startswith("petugas"):
        centre.person(by, Role.PETUGAS)
    method = "GET" if said is None else "POST"
    return centre.client.request(method, path, json=said, auth=(by, PASSWORD))


@pytest.fixture
def waiting(centre: CentreInProcess) -> FakeNode:
    node = centre.node()
    node.enrol()
    return node


def test_a_node_is_found_proposed_and_approved(centre: CentreInProcess, waiting: FakeNode) -> None:
    code = waiting.match_code(waiting.enrol())
    (pemda,) = call(centre, "/v1/pemda?q=3320").json()["pemda"]
    (listed,) = call(centre, "/v1/nodes?state=pending").json()["nodes"]
    place = f"/v1/nodes/{listed['node_id']}"
    assert (pemda["kode_pemda"], pemda["node_id"], listed["working_days_left"]) == (JEPARA, None, 5)

    proposed = call(centre, f"{place}/proposal", {"kode_pemda": JEPARA}).json()
    mapped = call(centre, f"{place}/approval", {"kode_pemda": JEPARA, "code": code}, by="petugas-2").json()

    assert (proposed["state"], proposed["proposed_by"]) == ("pending", "petugas-1")
    assert (mapped["state"], mapped["kode_pemda"], mapped["working_days_left"]) == ("mapped", JEPARA, None)
    assert call(centre, f"/v1/pemda?q={JEPARA}").json()["pemda"][0]["node_id"] == waiting.node_id


@pytest.mark.parametrize("words", ["jepara", "11.10", "3320", "KABUPATEN jepara"])
def test_a_pemda_is_found_by_name_and_any_code(centre: CentreInProcess, words: str) -> None:
    found = call(centre, f"/v1/pemda?q={words}").json()["pemda"]

    assert [each["nama"] for each in found] == ["Kabupaten Jepara"]


def test_a_decision_needs_a_reason_that_the_node_shows(centre: CentreInProcess, waiting: FakeNode) -> None:
    place = f"/v1/nodes/{waiting.node_id}/rejection"

    assert refusal(call(centre, place, {"reason": "  "})) == (409, "not-as-things-stand")
    assert call(centre, place, {"reason": "bukan server Pemda"}).json()["state"] == "rejected"
    assert waiting.check_in().reason == "bukan server Pemda"


def test_a_mapped_node_is_revoked(centre: CentreInProcess) -> None:
    node = centre.mapped_node()

    revoked = call(centre, f"/v1/nodes/{node.node_id}/revocation", {"reason": "server dijual"}).json()

    assert (revoked["state"], node.check_in().reason) == ("revoked", "server dijual")


def test_only_officers_of_djpk_decide(centre: CentreInProcess, waiting: FakeNode) -> None:
    centre.person("auditor-1", Role.AUDITOR)
    centre.person("admin-1", Role.ADMIN, JEPARA)
    place, said = f"/v1/nodes/{waiting.node_id}/proposal", {"kode_pemda": JEPARA}

    assert refusal(call(centre, place, said, by="auditor-1")) == (403, "not-allowed")
    assert refusal(call(centre, place, said, by="admin-1")) == (403, "not-allowed")
    assert refusal(centre.client.post(place, json=said)) == (403, "not-allowed")
    assert call(centre, "/v1/nodes", by="auditor-1").status_code == 200


def test_a_browser_that_is_signed_in_is_not_heard(centre: CentreInProcess, waiting: FakeNode) -> None:
    # Else a page of another site could make it decide.
    centre.person("petugas-1", Role.PETUGAS)
    visitor = Visitor(centre.client)
    visitor.sign_in("petugas-1", PASSWORD)

    answer = visitor.post(f"/v1/nodes/{waiting.node_id}/proposal", kode_pemda=JEPARA)

    assert answer.status_code in {400, 403}
    with centre.database.read() as connection:
        assert nodes.get(connection, waiting.node_id).proposal is None


@pytest.mark.parametrize("body", [b"", b"[]", b'{"kode_pemda":1}', b'{"kode":"11.10"}', b"x" * 5000])
def test_anything_else_than_the_form_is_refused(
    centre: CentreInProcess, waiting: FakeNode, body: bytes
) -> None:
    centre.person("petugas-1", Role.PETUGAS)

    answer = centre.client.post(
        f"/v1/nodes/{waiting.node_id}/proposal", content=body, auth=("petugas-1", PASSWORD)
    )

    assert answer.status_code in {400, 413}
    with centre.database.read() as connection:
        assert nodes.get(connection, waiting.node_id).proposal is None


Road = Callable[[CentreInProcess, FakeNode, str], bool]


def by_page(centre: CentreInProcess, node: FakeNode, code: str) -> bool:
    visitor = Visitor(centre.client)
    visitor.sign_in("petugas-1", PASSWORD)
    page = f"/node/{node.node_id}"
    # The page offers no form to the one who proposed; a hand-made one is refused all the same.
    assert 'name="code"' not in visitor.read(page)
    return visitor.send(page, f"{page}/persetujuan", kode_pemda=JEPARA, code=code).status_code == 303


def by_api(centre: CentreInProcess, node: FakeNode, code: str) -> bool:
    said = {"kode_pemda": JEPARA, "code": code}
    return call(centre, f"/v1/nodes/{node.node_id}/approval", said).status_code == 200


def by_store(centre: CentreInProcess, node: FakeNode, code: str) -> bool:
    # What `sikd node approve` calls, with its own person.
    keys = {"centre_der": centre.key.public_der, "fresh_nonce": b"f" * nodes.NONCE_BYTES}
    person = centre.person("petugas-1", Role.PETUGAS)
    try:
        with centre.database.begin() as connection:
            nodes.approve(connection, node.node_id, JEPARA, code, person, centre.clock(), **keys)
    except SamePerson:
        return False
    return True


@pytest.mark.parametrize("road", [by_page, by_api, by_store])
def test_nobody_approves_what_they_proposed_by_any_road(
    centre: CentreInProcess, waiting: FakeNode, road: Road
) -> None:
    code = waiting.match_code(waiting.enrol())
    call(centre, f"/v1/nodes/{waiting.node_id}/proposal", {"kode_pemda": JEPARA})

    assert not road(centre, waiting, code)

    with centre.database.read() as connection:
        assert nodes.get(connection, waiting.node_id).state is nodes.NodeState.PENDING
        assert audit.acts(connection, subject=waiting.node_id)[0].act == "node_proposed"


def test_five_wrong_codes_from_a_program_bring_another_code(
    centre: CentreInProcess, waiting: FakeNode
) -> None:
    code = waiting.match_code(waiting.enrol())
    place = f"/v1/nodes/{waiting.node_id}"
    call(centre, f"{place}/proposal", {"kode_pemda": JEPARA})
    said = {"kode_pemda": JEPARA, "code": "qqqqqqqq"}

    answers = [refusal(call(centre, f"{place}/approval", said, by="petugas-2")) for _ in range(5)]

    assert set(answers) == {(422, "wrong-match-code")}
    late = call(centre, f"{place}/approval", said | {"code": code}, by="petugas-2")
    assert refusal(late) == (422, "wrong-match-code")
    assert waiting.match_code(waiting.enrol()) != code


def test_the_days_left_go_down_to_nothing_and_below(centre: CentreInProcess, waiting: FakeNode) -> None:
    centre.clock.pass_by(timedelta(days=13))

    left = call(centre, f"/v1/nodes/{waiting.node_id}").json()["working_days_left"]

    assert left < 0
