"""What people do on pages: map a node as two officers, verify and authorise as two people of the Pemda."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from contract.wire.receipt import ReceiptType, verify_receipt
from sikd import authorisation, nodes
from sikd.nodes import Node
from tests.fakes.node import FakeNode
from tests.integration.centre_in_process import CentreInProcess
from tests.sample_pemda import Budget
from tests.unit.web.conftest import Deliver, SignIn, people_of


def node_at(centre: CentreInProcess, node: FakeNode) -> Node:
    with centre.database.read() as conn:
        return nodes.get(conn, node.node_id)


def test_two_officers_map_a_node(centre: CentreInProcess, signed_in: SignIn) -> None:
    node = centre.node("<b>srv</b>")
    code = node.match_code(node.enrol())
    page = f"/node/{node.node_id}"
    petugas, penyetuju = signed_in("petugas-1"), signed_in("penyetuju-1")

    assert "&lt;b&gt;srv&lt;/b&gt;</dd>" not in petugas.get("/node").text
    assert "menurut node" in petugas.read(page)
    assert "<b>srv</b>" not in petugas.get(page).text
    assert petugas.send(page, f"{page}/usulan", kode_pemda="11.01").status_code == 303
    answer = penyetuju.send(
        page, f"{page}/persetujuan", kode_pemda="11.01", code=f" {code[:4].upper()}-{code[4:]} "
    )

    assert (answer.status_code, answer.headers["location"]) == (303, f"{page}?pesan=dipetakan")
    assert node_at(centre, node).kode_pemda == "11.01"


def test_nobody_approves_what_they_proposed(centre: CentreInProcess, signed_in: SignIn) -> None:
    node = centre.node()
    code = node.match_code(node.enrol())
    page = f"/node/{node.node_id}"
    petugas = signed_in("petugas-1")
    petugas.send(page, f"{page}/usulan", kode_pemda="11.02")

    answer = petugas.send(page, f"{page}/persetujuan", kode_pemda="11.02", code=code)

    assert answer.status_code == 403
    assert "tidak dapat menyetujuinya" in answer.text
    assert node_at(centre, node).state == "pending"


def test_what_is_approved_is_what_was_shown(centre: CentreInProcess, signed_in: SignIn) -> None:
    node = centre.node()
    code = node.match_code(node.enrol())
    page = f"/node/{node.node_id}"
    petugas, penyetuju = signed_in("petugas-1"), signed_in("penyetuju-1")
    petugas.send(page, f"{page}/usulan", kode_pemda="11.04")
    shown = re.search(r'name="kode_pemda" value="([^"]+)"', penyetuju.read(page))
    assert shown is not None
    petugas.send(page, f"{page}/usulan", kode_pemda="11.05")

    answer = penyetuju.send(page, f"{page}/persetujuan", kode_pemda=shown[1], code=code)

    assert answer.status_code == 409
    assert node_at(centre, node).state == "pending"


def test_a_wrong_match_code_is_said_and_counted(centre: CentreInProcess, signed_in: SignIn) -> None:
    node = centre.node()
    node.enrol()
    page = f"/node/{node.node_id}"
    signed_in("petugas-1").send(page, f"{page}/usulan", kode_pemda="11.03")

    answer = signed_in("penyetuju-1").send(page, f"{page}/persetujuan", kode_pemda="11.03", code="qqqqqqqq")

    assert answer.status_code == 422
    assert "bukan kode node" in answer.text
    assert node_at(centre, node).wrong_codes == 1


@pytest.mark.parametrize(
    "wanted", ["kabupaten cilacap", "11.07", "3301"], ids=["name", "kode Pemda", "kode BPS"]
)
def test_a_pemda_is_found_by_its_name_and_by_any_code(
    centre: CentreInProcess, signed_in: SignIn, wanted: str
) -> None:
    centre.clock.pass_by(timedelta(minutes=1))
    node = centre.node()
    node.enrol()

    page = signed_in("petugas-1").read(f"/node/{node.node_id}?cari={wanted}")

    assert re.findall(r'name="kode_pemda" value="([0-9.]+)"', page) == ["11.07"]


def test_a_node_that_is_turned_away_is_told_why(centre: CentreInProcess, signed_in: SignIn) -> None:
    node = centre.node()
    node.enrol()
    page = f"/node/{node.node_id}"

    signed_in("penyetuju-1").send(page, f"{page}/penolakan", reason="Bukan server Pemda.")

    assert node.check_in().reason == "Bukan server Pemda."


def test_two_people_of_the_pemda_put_a_budget_in_force(
    centre: CentreInProcess, signed_in: SignIn, deliver: Deliver
) -> None:
    snapshot_id = deliver("11.07").snapshot_id
    page = f"/pemda/11.07/apbd/{snapshot_id}"
    verifikator, otorisator = signed_in("verifikator-11.07"), signed_in("otorisator-11.07")

    assert "Verifikasi APBD ini" not in otorisator.read(page)
    assert verifikator.send(page, f"{page}/verifikasi", stated="yes", note="Sesuai Perda.").status_code == 303
    assert "Sesuai Perda." in otorisator.read(page)
    assert otorisator.send(page, f"{page}/otorisasi", stated="yes").status_code == 303

    with centre.database.read() as conn:
        found = authorisation.in_force(conn, "11.07", 2026)
    assert found is not None
    assert (found.verification.by, found.authorised_by) == ("verifikator-11.07", "otorisator-11.07")
    djpk = signed_in("auditor-1")
    assert djpk.get("/pemda/11.07/berlaku/2026").headers["location"] == page
    assert "otorisator-11.07" in djpk.read(f"{page}/jejak")


def test_without_the_statement_above_the_button_nothing_is_decided(
    centre: CentreInProcess, signed_in: SignIn, deliver: Deliver
) -> None:
    page = f"/pemda/11.28/apbd/{deliver('11.28').snapshot_id}"
    verifikator, otorisator = signed_in("verifikator-11.28"), signed_in("otorisator-11.28")

    unstated = verifikator.send(page, f"{page}/verifikasi")
    verifikator.send(page, f"{page}/verifikasi", stated="yes")
    unstated_again = otorisator.send(page, f"{page}/otorisasi")

    assert 'name="stated"' in otorisator.read(page)
    for answer in (unstated, unstated_again):
        assert answer.status_code == 409
        assert "Centang kotak di atas tombol" in answer.text
    with centre.database.read() as conn:
        assert authorisation.in_force(conn, "11.28", 2026) is None


def test_another_content_waits_as_a_proposed_replacement(centre: CentreInProcess, signed_in: SignIn) -> None:
    people_of(centre, "11.08")
    centre.clock.pass_by(timedelta(minutes=1))
    node = centre.mapped_node("11.08")
    first, second = (node.prepare(Budget("11.08", 2026, 500, seed), seed) for seed in (1, 2))
    page, replacement = (f"/pemda/11.08/apbd/{each.snapshot_id}" for each in (first, second))
    verifikator = signed_in("verifikator-11.08")
    node.deliver(first)
    verifikator.send(page, f"{page}/verifikasi", stated="yes")
    node.deliver(second)

    assert "Usulan pengganti" in verifikator.read("/pemda/11.08")
    assert "Verifikasi APBD ini" not in verifikator.read(replacement)
    assert verifikator.send(replacement, f"{replacement}/usulan").status_code == 303
    assert "Verifikasi APBD ini" in verifikator.read(replacement)


def test_the_same_form_twice_changes_nothing_twice(signed_in: SignIn, deliver: Deliver) -> None:
    page = f"/pemda/11.09/apbd/{deliver('11.09').snapshot_id}"
    verifikator = signed_in("verifikator-11.09")

    assert verifikator.send(page, f"{page}/verifikasi", stated="yes").status_code == 303
    assert verifikator.send(page, f"{page}/verifikasi", stated="yes").status_code == 409


def test_a_receipt_can_be_taken_away_and_checked(
    centre: CentreInProcess, signed_in: SignIn, deliver: Deliver
) -> None:
    delivered = deliver("11.11")
    page = f"/pemda/11.11/apbd/{delivered.snapshot_id}"

    answer = signed_in("admin-11.11").get(f"{page}/tanda-terima/akhir")

    assert answer.headers["content-disposition"].startswith(
        'attachment; filename="tanda-terima-akhir-11.11-2026-'
    )
    receipt = verify_receipt(answer.content, centre.key.private.public_key())
    assert (receipt.type, receipt.snapshot_id) == (ReceiptType.FINAL, delivered.snapshot_id)
    assert signed_in("admin-11.11").get(f"{page}/tanda-terima/lain").status_code == 404


def test_lines_are_shown_some_at_a_time_and_filtered(signed_in: SignIn, deliver: Deliver) -> None:
    page = f"/pemda/11.12/apbd/{deliver('11.12').snapshot_id}/rincian"
    visitor = signed_in("auditor-1")

    def accounts(query: str) -> list[str]:
        return re.findall(
            r'<th scope="row".*?<small class="code">([0-9.]+)</small>', visitor.read(page + query), re.S
        )

    assert len(accounts("")) == 50
    assert accounts("?halaman=2") != accounts("")
    assert {code[0] for code in accounts("?bagian=pendapatan")} == {"4"}
    assert {code[:3] for code in accounts("?kode=5.1")} == {"5.1"}
    assert accounts("?kode=%25") == accounts("")
    assert visitor.get(f"{page}?halaman=0").status_code == 400


def test_the_board_counts_and_finds_pemda(signed_in: SignIn, deliver: Deliver) -> None:
    deliver("11.13")
    visitor = signed_in("petugas-1")

    board = visitor.read("/papan?cari=kebumen")

    assert "1 Pemda" in visitor.read("/papan?cari=11.13")
    assert "Kabupaten Kebumen" in board
    assert "Kota Semarang" not in board
    assert visitor.get("/papan?capaian=salah&tahun=2026").status_code == 200


def test_an_auditor_follows_one_subject_and_goes_back_in_time(
    signed_in: SignIn, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sikd.reports.pages._ACTS_A_PAGE", 1)
    snapshot_id = deliver("11.14").snapshot_id
    visitor = signed_in("auditor-1")

    newest = visitor.read(f"/jejak?tentang={snapshot_id}")
    older = re.search(r'rel="next" href="([^"]+)"', newest)

    assert "menerima snapshot ini" in newest
    assert older is not None
    assert "mendaftarkan snapshot ini" in visitor.read(older[1])


def test_a_page_says_whether_it_was_in_time_and_until_when_to_decide(
    centre: CentreInProcess, signed_in: SignIn, deliver: Deliver
) -> None:
    page = f"/pemda/11.15/apbd/{deliver('11.15').snapshot_id}"

    text = signed_in("verifikator-11.15").read(page)
    assert "tepat waktu" in text
    # Delivered on Tuesday, 20 January 2026.
    assert "paling lambat 27 Januari 2026 pukul 23.59 WIB" in text
    assert "Batas waktu ini telah lewat." not in text

    centre.clock.pass_by(timedelta(days=8))
    assert "Batas waktu ini telah lewat." in signed_in("verifikator-11.15").read(page)
