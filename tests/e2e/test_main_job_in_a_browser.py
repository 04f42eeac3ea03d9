"""The main job as people do it: two officers map a node, two people of the Pemda decide, DJPK has it."""

from __future__ import annotations

import pytest

from sikd.accounts import Role
from tests.e2e.browser import Person
from tests.e2e.conftest import Somebody
from tests.e2e.running_centre import RunningCentre
from tests.fakes.node import FakeNode
from tests.sample_pemda import Budget

PEMDA = {True: ("11.10", "Kabupaten Jepara"), False: ("11.17", "Kabupaten Pati")}


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_budget_comes_into_force(centre: RunningCentre, somebody: Somebody, javascript: bool) -> None:
    kode_pemda, nama = PEMDA[javascript]
    petugas = somebody(centre.person(f"petugas-{kode_pemda}", Role.PETUGAS), javascript=javascript)
    penyetuju = somebody(centre.person(f"penyetuju-{kode_pemda}", Role.PENYETUJU), javascript=javascript)
    verifikator = somebody(
        centre.person(f"verifikator-{kode_pemda}", Role.VERIFIKATOR, kode_pemda), javascript=javascript
    )
    otorisator = somebody(
        centre.person(f"otorisator-{kode_pemda}", Role.OTORISATOR, kode_pemda), javascript=javascript
    )

    node = centre.node()
    propose(petugas, node, kode_pemda, nama)
    approve(penyetuju, node)
    deliver(node, kode_pemda)
    verify(verifikator, nama)
    authorise(otorisator)
    see_it_in_force(petugas, nama)

    everybody = (petugas, penyetuju, verifikator, otorisator)
    assert [complaint for person in everybody for complaint in person.complaints] == []


def propose(petugas: Person, node: FakeNode, kode_pemda: str, nama: str) -> None:
    """An officer says for which Pemda the node may speak."""
    page = petugas.page
    petugas.open("/node")
    page.get_by_role("main").get_by_role("link", name="sikd1").last.click()
    page.get_by_label("Nama atau kode Pemda").fill(kode_pemda)
    petugas.press("Cari")
    page.get_by_role("radio", name=nama).check()
    petugas.press("Usulkan pemetaan")

    assert petugas.says("Pemetaan telah diusulkan.")
    assert not page.get_by_role("button", name="Setujui pemetaan").is_visible()
    assert node.check_in().state == "pending"


def approve(penyetuju: Person, node: FakeNode) -> None:
    """Another officer enters the code that the Pemda reads out."""
    penyetuju.open(f"/node/{node.node_id}")
    penyetuju.page.get_by_label("Kode pencocokan").fill(node.match_code(node.check_in()))
    penyetuju.press("Setujui pemetaan")

    assert penyetuju.says("Node telah dipetakan")
    assert node.check_in().state == "mapped"


def deliver(node: FakeNode, kode_pemda: str) -> None:
    """The node does its work."""
    assert node.deliver(node.prepare(Budget(kode_pemda, 2026, 500))).state == "received"


def verify(verifikator: Person, nama: str) -> None:
    """A verifikator finds the budget from the home page, looks at it, and verifies it."""
    page = verifikator.page
    verifikator.open("/")
    page.get_by_role("row").get_by_role("link").first.click()
    page.get_by_role("link", name="Per SKPD").click()
    page.get_by_role("row").get_by_role("link").first.click()
    assert "baris rincian" in page.get_by_role("main").inner_text()
    page.get_by_role("link", name="Ringkasan").click()
    assert nama in page.title()
    page.get_by_role("checkbox").check()
    page.get_by_label("Catatan").fill("Sesuai Perda APBD.")
    verifikator.press("Verifikasi APBD ini")

    assert verifikator.says("APBD telah diverifikasi.")


def authorise(otorisator: Person) -> None:
    """Another person of the Pemda reads the note and puts the budget in force."""
    page = otorisator.page
    otorisator.open("/")
    page.get_by_role("row").get_by_role("link").first.click()
    assert otorisator.says("Sesuai Perda APBD.")
    page.get_by_role("checkbox").check()
    otorisator.press("Otorisasi APBD ini")

    assert otorisator.says("APBD telah diotorisasi dan berlaku di DJPK.")


def see_it_in_force(petugas: Person, nama: str) -> None:
    """DJPK finds the authorised posture on the board."""
    page = petugas.page
    petugas.open("/papan?tahun=2026")
    page.get_by_label("Nama atau kode Pemda").fill(nama)
    petugas.press("Saring")
    page.get_by_role("link", name=nama).click()

    assert "diotorisasi" in page.get_by_role("main").inner_text()
    assert page.get_by_role("row", name="SILPA").is_visible()
