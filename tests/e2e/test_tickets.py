"""An install ticket from the officer's page to a mapped node: issued, pasted, proposed, approved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser

from tests.e2e.browser import WIDTHS, Person, faults_of
from tests.world import Node, Scene, scene

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A centre with its officers."""
    with scene(tmp_path_factory.mktemp("tiket")) as made:
        made.open_centre()
        yield made


def officers(browser: Browser, ours: Scene, *, javascript: bool) -> tuple[Person, Person]:
    """Two officers, each at a browser of their own."""
    people = []
    for who in (ours.proposer, ours.approver):
        context = browser.new_context(locale="id-ID", java_script_enabled=javascript)
        person = Person(context.new_page(), ours.centre.address)
        person.sign_in(who.username, who.password)
        people.append(person)
    return people[0], people[1]


def issue(officer: Person, kode_pemda: str) -> str:
    """Issue a ticket on the page, and copy it from there."""
    officer.open("/tiket")
    officer.page.get_by_role("link", name="Terbitkan tiket").click()
    officer.page.get_by_label("Nama atau kode Pemda").fill(kode_pemda)
    officer.press("Cari")
    officer.press("Terbitkan tiket ini")
    assert officer.page.get_by_role("img", name="Tiket sebagai kode QR").is_visible()
    return officer.page.get_by_label("Satu baris").input_value()


def server(folder: Path, ours: Scene) -> Node:
    """A server that is set up for this centre, and waits for its database access from Sinergi Mobile."""
    folder.mkdir()
    node = Node(folder)
    places = (f"--state-dir={folder / 'state'}", f"--run-dir={folder / 'run'}")
    node.run("init", "--yes", "--mobile", "--tahun=2026", f"--centre-url={ours.centre.address}", *places)
    return node


def enrol(node: Node, ticket: str) -> dict[str, str]:
    file = node.folder / "tiket.txt"
    file.write_text(ticket)
    return node.ask("enrol", "--ticket-file", str(file))


@pytest.mark.parametrize(
    ("javascript", "kode_pemda", "nama"),
    [(True, "11.10", "Kabupaten Jepara"), (False, "11.17", "Kabupaten Pati")],
    ids=["with JavaScript", "without"],
)
def test_a_ticket_from_the_page_leads_to_a_mapped_node(
    browser: Browser, ours: Scene, tmp_path: Path, javascript: bool, kode_pemda: str, nama: str
) -> None:
    petugas, penyetuju = officers(browser, ours, javascript=javascript)
    ticket = issue(petugas, kode_pemda)
    node = server(tmp_path / "server", ours)

    enrolled = enrol(node, ticket)
    assert enrolled["state"] == "pending"
    propose(petugas, enrolled["node_id"], nama)
    approve(penyetuju, enrolled["node_id"], enrolled["match_code"])

    mapped = node.tried("enrol", "--json")
    assert (mapped.code, mapped.document()["kode_pemda"]) == (0, kode_pemda)
    assert petugas.complaints + penyetuju.complaints == []


def propose(officer: Person, node_id: str, nama: str) -> None:
    """What the ticket says is chosen already; the officer only agrees."""
    officer.open(f"/node?cari={nama}")
    officer.page.get_by_role("main").get_by_role("link", name="sikd1").click()
    assert officer.says("menurut tiket")
    assert officer.page.get_by_role("radio", name=nama).is_checked()
    officer.press("Usulkan pemetaan")
    assert officer.page.url.split("?")[0].endswith(node_id)


def approve(officer: Person, node_id: str, match_code: str) -> None:
    officer.open(f"/node/{node_id}")
    officer.page.get_by_label("Kode pencocokan").fill(match_code)
    officer.press("Setujui pemetaan")
    assert officer.says("Node telah dipetakan")


def test_a_copy_of_a_ticket_alarms_both_sides(browser: Browser, ours: Scene, tmp_path: Path) -> None:
    petugas, _ = officers(browser, ours, javascript=True)
    ticket = issue(petugas, "11.12")
    first = enrol(server(tmp_path / "first", ours), ticket)
    second = server(tmp_path / "second", ours)
    file = second.folder / "tiket.txt"
    file.write_text(ticket)

    refused = second.tried("enrol", "--ticket-file", str(file))
    second.tried("run", "--once")

    assert refused.code == 5
    assert "SIKD-E224" in refused.err
    assert "Tiket pemasangan sudah lebih dahulu dipakai oleh server lain" in second.tried("status").out
    petugas.open(f"/node/{first['node_id']}")
    assert petugas.says("Server kedua datang dengan tiket ini")
    petugas.open("/tiket")
    assert petugas.says("dicoba server kedua")
    petugas.page.get_by_role("row", name="dicoba server kedua").get_by_role("link").click()
    assert petugas.says("Server kedua datang dengan tiket ini")
    place = petugas.page.url.removeprefix(ours.centre.address)
    pages = (place, "/tiket", "/tiket/baru?cari=kota", f"/node/{first['node_id']}", "/node")
    assert [fault for each in pages for fault in faults_of(petugas, each)] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_that_shows_a_ticket_has_no_fault(browser: Browser, ours: Scene, width: int) -> None:
    petugas, _ = officers(browser, ours, javascript=True)
    petugas.page.set_viewport_size({"width": width, "height": 900})

    issue(petugas, "11.20")

    assert Axe().run(petugas.page).response["violations"] == []
    assert petugas.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert petugas.complaints == []
