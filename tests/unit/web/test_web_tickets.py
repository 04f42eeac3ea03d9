"""The pages of install tickets: shown once, taken back while unused, and an alarm that nobody overlooks."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import segno

from contract.wire.ticket import Ticket, read_ticket
from sikd.nodes.listing import A_PAGE
from sikd.web.qr import QUIET, qr_code
from tests.fakes.node import FakeNode
from tests.integration.centre_in_process import CentreInProcess
from tests.unit.web.conftest import SignIn
from tests.unit.web.visitor import Visitor

KEBUMEN, PURBALINGGA, SUKOHARJO = "11.12", "11.20", "11.25"
_FORM = re.compile(r'name="form" value="([0-9a-f]{32})"')
_TICKET = re.compile(r"tiket1[a-z0-9]{100,}")


@pytest.fixture
def petugas(signed_in: SignIn) -> Visitor:
    return signed_in("petugas-1")


def form_of(visitor: Visitor, wanted: str) -> str:
    found = _FORM.search(visitor.read(f"/tiket/baru?cari={wanted}"))
    assert found is not None
    return found[1]


def issue(visitor: Visitor, kode_pemda: str = KEBUMEN, hari: str = "14") -> Ticket:
    """Issue a ticket on the page, and copy it from there."""
    form = form_of(visitor, kode_pemda)
    answer = visitor.send("/akun", "/tiket", kode_pemda=kode_pemda, hari=hari, form=form)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    found = _TICKET.search(answer.text)
    assert found is not None
    return read_ticket(found[0])


def enrolled(centre: CentreInProcess, ticket: Ticket, hostname: str = "db-keuangan-01") -> FakeNode:
    centre.clock.pass_by(timedelta(minutes=1))
    node = centre.node(hostname)
    node.ticket = ticket
    node.enrol()
    return node


def refused(centre: CentreInProcess, ticket: Ticket, hostname: str) -> FakeNode:
    node = centre.node(hostname)
    node.ticket = ticket
    with pytest.raises(AssertionError, match="ticket-used"):
        node.enrol()
    return node


def test_a_ticket_is_shown_once(petugas: Visitor) -> None:
    ticket = issue(petugas)

    page, listed = petugas.read(f"/tiket/{ticket.ticket_id}"), petugas.read("/tiket")

    assert ticket.to_text() not in page + listed
    assert "Kabupaten Kebumen" in page
    assert "belum dipakai" in page


def test_a_form_that_is_sent_again_issues_no_second_ticket(petugas: Visitor) -> None:
    form = form_of(petugas, KEBUMEN)
    first = petugas.send("/akun", "/tiket", kode_pemda=KEBUMEN, hari="14", form=form)
    found = _TICKET.search(first.text)
    assert found is not None

    again = petugas.send("/akun", "/tiket", kode_pemda=KEBUMEN, hari="14", form=form)

    assert again.status_code == 303
    assert again.headers["location"] == f"/tiket/{read_ticket(found[0]).ticket_id}?pesan=sudah"
    assert "ditampilkan satu kali" in petugas.read(again.headers["location"])


@pytest.mark.parametrize(("hari", "status"), [("0", 409), ("91", 409), ("banyak", 400)])
def test_a_ticket_of_no_sensible_length_is_not_issued(petugas: Visitor, hari: str, status: int) -> None:
    answer = petugas.send("/akun", "/tiket", kode_pemda=KEBUMEN, hari=hari, form=form_of(petugas, KEBUMEN))

    assert answer.status_code == status
    assert "tiket1" not in answer.text


def test_an_unused_ticket_is_withdrawn(petugas: Visitor) -> None:
    page = f"/tiket/{issue(petugas).ticket_id}"

    answer = petugas.send(page, f"{page}/penarikan", reason="salah kirim")

    assert answer.status_code == 303
    shown = petugas.read(page)
    assert "ditarik kembali" in shown
    assert "salah kirim" in shown
    assert "penarikan" not in shown


def test_a_used_ticket_cannot_be_withdrawn(centre: CentreInProcess, petugas: Visitor) -> None:
    ticket = issue(petugas)
    enrolled(centre, ticket)

    answer = petugas.send("/akun", f"/tiket/{ticket.ticket_id}/penarikan", reason="")

    assert answer.status_code == 409


def test_a_ticket_proposes_its_pemda_to_the_officers(centre: CentreInProcess, petugas: Visitor) -> None:
    ticket = issue(petugas, PURBALINGGA)
    node = enrolled(centre, ticket)

    page, listed = petugas.read(f"/node/{node.node_id}"), petugas.read("/node?cari=purbalingga")

    assert "menurut tiket" in page
    assert f'value="{PURBALINGGA}" required checked' in page
    assert "menurut tiket" in listed
    assert node.check_in().kode_pemda is None


def test_a_proposal_that_differs_from_the_ticket_is_pointed_out(
    centre: CentreInProcess, petugas: Visitor
) -> None:
    node = enrolled(centre, issue(petugas))
    page = f"/node/{node.node_id}"

    petugas.send(page, f"{page}/usulan", kode_pemda=PURBALINGGA)

    assert "Tiket node ini menyebut Pemda lain: Kabupaten Kebumen" in petugas.read(page)


def test_a_second_server_is_warned_of_on_every_page(centre: CentreInProcess, petugas: Visitor) -> None:
    ticket = issue(petugas)
    node = enrolled(centre, ticket)
    stranger = refused(centre, ticket, "db-salinan-07")
    stranger.ticket = None
    centre.clock.pass_by(timedelta(minutes=1))
    stranger.enrol()

    pages = {
        "ticket": petugas.read(f"/tiket/{ticket.ticket_id}"),
        "node": petugas.read(f"/node/{node.node_id}"),
    }

    assert [name for name, page in pages.items() if "Server kedua datang dengan tiket ini" not in page] == []
    assert "db-salinan-07" in pages["ticket"]
    assert "sudah dipakai node lain" in petugas.read(f"/node/{stranger.node_id}")
    assert "dicoba server kedua" in petugas.read(f"/tiket?cari={ticket.ticket_id}")
    assert "tiket dicoba server kedua" in petugas.read(f"/node?cari={node.node_id}")
    assert "tiket pemasangan dicoba server kedua" in petugas.read("/")


def test_tickets_are_found_by_pemda_name_and_node(centre: CentreInProcess, petugas: Visitor) -> None:
    ticket = issue(petugas, SUKOHARJO)
    node = enrolled(centre, ticket)
    name = f"{ticket.ticket_id[:5]} {ticket.ticket_id[5:]}"

    for wanted in ("sukoharjo", SUKOHARJO, "3311", ticket.ticket_id, name, node.node_id):
        assert name in petugas.read(f"/tiket?cari={wanted}")
    assert name not in petugas.read(f"/tiket?keadaan=open&cari={SUKOHARJO}")


def test_nodes_are_listed_a_page_at_a_time_and_the_invited_first(
    centre: CentreInProcess, petugas: Visitor
) -> None:
    for number in range(A_PAGE + 1):
        if number % 25 == 0:
            centre.clock.pass_by(timedelta(minutes=2))
        centre.node(f"kerumunan-{number:03}").enrol()
    invited = enrolled(centre, issue(petugas), "db-yang-diundang")

    first, second = petugas.read("/node"), petugas.read("/node?halaman=2")

    assert first.count('scope="row"') == A_PAGE
    assert invited.hostname in first
    assert invited.hostname not in second
    assert "kerumunan-007" in petugas.read("/node?cari=KERUMUNAN-007")
    assert petugas.read("/node?cari=tidak-ada-yang-begini").count('scope="row"') == 0


def test_the_picture_is_the_code_module_by_module() -> None:
    text = "TIKET1" + "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L" * 4

    drawn = qr_code(text)

    dark = {
        (int(x) + step, int(y))
        for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", drawn.path)
        for step in range(int(length))
    }
    matrix = segno.make(text, error="m", micro=False).matrix
    expected = {
        (x + QUIET, y + QUIET) for y, row in enumerate(matrix) for x, module in enumerate(row) if module
    }
    assert dark == expected
    assert drawn.size == len(matrix) + 2 * QUIET
