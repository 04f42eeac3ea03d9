"""The pages by which officers find the right one of two servers, and see whose place a node takes."""

from __future__ import annotations

import secrets

import pytest

from contract.wire.messages import Checkin
from contract.wire.states import NodeState
from contract.wire.succession import SuccessionKind
from sikd import nodes
from sikd.nodes.checkin import check_in
from sikd.nodes.due import NOTHING
from tests.fakes.node import FakeNode
from tests.integration.centre_in_process import CentreInProcess
from tests.unit.web.conftest import SignIn


@pytest.fixture
def suspended(centre: CentreInProcess) -> FakeNode:
    """A node of Rembang that was heard from two servers."""
    node = centre.mapped_node("11.08")
    node.check_in()
    message = Checkin(
        checkin_id=secrets.token_hex(16),
        counter=0,
        hostname="db-salinan",
        machine="c" * 32,
        agent_version="0.1.0",
        database="",
        queued=0,
    )
    with centre.database.begin() as conn:
        check_in(conn, node.node_id, message, centre.key, centre.clock(), lambda *_: NOTHING)
    return node


def claim(centre: CentreInProcess, old: FakeNode, *, vouched: bool) -> FakeNode:
    """A new node that says it takes this one's place."""
    new = centre.node("db-keuangan-02")
    new.succeed(old, SuccessionKind.CONFIRM if vouched else SuccessionKind.REPLACE)
    return new


def test_a_suspended_node_is_shown_to_the_pemda_and_on_djpks_home(
    centre: CentreInProcess, signed_in: SignIn, suspended: FakeNode
) -> None:
    of_pemda = signed_in("auditor-1").read("/pemda/11.08")
    home = signed_in("petugas-1").read("/")

    for page in (of_pemda, home):
        assert f"/node/{suspended.node_id}" in page
        assert "diduga disalin" in page
    assert "ditangguhkan" in of_pemda
    assert "Tidak ada node yang dipetakan" not in of_pemda
    assert "Kabupaten Demak" in home


def test_a_node_takes_the_place_of_no_node_on_its_own_page(
    centre: CentreInProcess, signed_in: SignIn
) -> None:
    node = centre.mapped_node("11.12")

    assert "Menggantikan node lain" not in signed_in("petugas-1").read(f"/node/{node.node_id}")


def test_the_right_server_is_found_mapped_and_takes_the_place(
    centre: CentreInProcess, signed_in: SignIn, suspended: FakeNode
) -> None:
    petugas, penyetuju = signed_in("petugas-1"), signed_in("penyetuju-1")
    page = petugas.read(f"/node/{suspended.node_id}")
    assert "diduga disalin" in page
    assert "db-salinan" in page
    assert suspended.hostname in page
    assert "sudo sinergi identity confirm" in page
    assert "Belum ada server yang meminta" in page

    new = claim(centre, suspended, vouched=True)
    assert f"/node/{new.node_id}" in petugas.read(f"/node/{suspended.node_id}")
    own = f"/node/{new.node_id}"
    assert "salinan pun memegangnya" in petugas.read(own)
    assert 'value="11.08"' in petugas.read(own)
    assert petugas.send(own, f"{own}/usulan", kode_pemda="11.08").status_code == 303
    code = new.match_code(new.enrol())
    answer = penyetuju.send(own, f"{own}/persetujuan", kode_pemda="11.08", code=code)

    assert answer.status_code == 303
    with centre.database.read() as conn:
        states = [nodes.get(conn, node.node_id).state for node in (suspended, new)]
    assert states == [NodeState.REPLACED, NodeState.MAPPED]
    history = petugas.read(f"/node/{suspended.node_id}")
    assert "membiarkan node lain menggantikan node ini" in history
    assert "petugas-1" in history
    assert "penyetuju-1" in history
    revoked = signed_in("petugas-1").send(own, f"{own}/pencabutan", reason="uji selesai")
    assert revoked.status_code == 303


def test_who_only_says_so_is_shown_as_such(centre: CentreInProcess, signed_in: SignIn) -> None:
    old = centre.mapped_node("11.09")
    new = claim(centre, old, vouched=False)

    page = signed_in("petugas-1").read(f"/node/{new.node_id}")

    assert "Hanya operator yang menyatakannya" in page
    assert "tersisa" in page
    assert "lima hari kerja" in page


def test_no_page_lifts_a_suspension(centre: CentreInProcess, signed_in: SignIn, suspended: FakeNode) -> None:
    petugas = signed_in("petugas-1")
    page = f"/node/{suspended.node_id}"

    answer = petugas.send(page, f"{page}/identitas", reason="benar")

    assert answer.status_code == 404
    petugas.send(page, f"{page}/pencabutan", reason="uji selesai")


def test_a_page_needs_a_reason_to_turn_away(centre: CentreInProcess, signed_in: SignIn) -> None:
    node = centre.node()
    node.enrol()
    page = f"/node/{node.node_id}"

    answer = signed_in("petugas-1").send(page, f"{page}/penolakan", reason="   ")

    assert answer.status_code == 409
    assert "Alasan belum diisi" in answer.text
