"""Every page, at the width of a desk and of a phone: no barrier, no sideways scrolling, no complaint."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from contract.budget.findings import Finding
from sikd import authorisation, intake, nodes, verification
from sikd.accounts import Role, find_user
from tests.e2e.browser import barriers_of, faults_of
from tests.e2e.conftest import Somebody
from tests.e2e.running_centre import RunningCentre
from tests.fakes.node import FakeNode, utc_now
from tests.fakes.noticed import names_that_differ
from tests.sample_pemda import Budget


@dataclass(frozen=True)
class World:
    """Somebody of every role, and something on every page."""

    pending: str
    proposed: str
    mapped: str
    in_force: str
    replacement: str
    suspended: str
    claiming: str


def map_node(centre: RunningCentre, node: FakeNode, kode_pemda: str) -> None:
    """Let two officers map a node."""
    code = node.match_code(node.check_in())
    with centre.database.begin() as conn:
        petugas, penyetuju = find_user(conn, "petugas-1"), find_user(conn, "penyetuju-1")
        assert petugas is not None
        assert penyetuju is not None
        nodes.propose(conn, node.node_id, kode_pemda, petugas, utc_now())
        fresh = {"centre_der": node.centre_der(), "fresh_nonce": b"n" * nodes.NONCE_BYTES}
        nodes.approve(conn, node.node_id, kode_pemda, code, penyetuju, utc_now(), **fresh)


def put_in_force(centre: RunningCentre, snapshot_id: str) -> None:
    """Let two people of Jepara verify and authorise."""
    with centre.database.begin() as conn:
        verifikator, otorisator = find_user(conn, "verifikator-1"), find_user(conn, "otorisator-1")
        assert verifikator is not None
        assert otorisator is not None
        content = intake.snapshot(conn, "11.10", snapshot_id).content_id
        verification.verify(conn, "11.10", content, verifikator, "Sesuai Perda.", utc_now())
        authorisation.authorise(conn, "11.10", content, otorisator, "", utc_now())


@pytest.fixture(scope="module")
def world(centre: RunningCentre) -> World:
    """A centre in the middle of January."""
    for role in (Role.PETUGAS, Role.PENYETUJU, Role.AUDITOR, Role.ADMIN_SISTEM):
        centre.person(f"{role.value}-1", role)
    for role in (Role.ADMIN, Role.VERIFIKATOR, Role.OTORISATOR):
        centre.person(f"{role.value}-1", role, "11.10")
    node, pending, proposed = centre.node(), centre.node(), centre.node()
    map_node(centre, node, "11.10")
    noticed = Finding("sumber_dana_is_a_code", values={"text": "DAK/PAD", "rows": "3", "nilai": "Rp1.000"})
    first = node.prepare(Budget("11.10", 2026, 500), 1, findings=[*names_that_differ(300), noticed])
    node.deliver(first)
    put_in_force(centre, first.snapshot_id)
    second = node.prepare(Budget("11.10", 2026, 500, seed=2), 2, perda="")
    node.deliver(second)
    with centre.database.begin() as conn:
        petugas = find_user(conn, "petugas-1")
        assert petugas is not None
        nodes.propose(conn, proposed.node_id, "11.18", petugas, utc_now())
        nodes.ask_snapshot(conn, node.node_id, petugas, utc_now())
        nodes.set_schedule(conn, "11.10", "30 2,14 * * mon-fri", petugas, utc_now())
    copied, right = centre.node("db-a"), centre.node("db-b")
    map_node(centre, copied, "11.17")
    replace(copied, hostname="db-salinan", machine="c" * 32, counter=0).check_in()
    right.succeed(copied)
    return World(
        pending.node_id,
        proposed.node_id,
        node.node_id,
        first.snapshot_id,
        second.snapshot_id,
        copied.node_id,
        right.node_id,
    )


PAGES = [
    ("", "/"),
    ("", "/layanan"),
    ("", "/masuk"),
    ("petugas-1", "/"),
    ("petugas-1", "/papan"),
    ("petugas-1", "/node?keadaan=semua"),
    ("petugas-1", "/node/{pending}?cari=kota"),
    ("petugas-1", "/node/{proposed}"),
    ("penyetuju-1", "/node/{proposed}"),
    ("petugas-1", "/node/{mapped}"),
    ("petugas-1", "/node/{suspended}"),
    ("petugas-1", "/node/{claiming}"),
    ("petugas-1", "/pemda/11.10"),
    ("petugas-1", "/pemda/11.18"),
    ("petugas-1", "/pemda/11.10/apbd/{in_force}"),
    ("verifikator-1", "/pemda/11.10/apbd/{replacement}"),
    ("verifikator-1", "/pemda/11.10/apbd/{in_force}/skpd"),
    ("verifikator-1", "/pemda/11.10/apbd/{in_force}/rincian"),
    ("verifikator-1", "/pemda/11.10/apbd/{in_force}/jejak"),
    ("admin-1", "/pemda/11.10"),
    ("otorisator-1", "/akun"),
    ("otorisator-1", "/akun/autentikator"),
    ("auditor-1", "/jejak"),
    ("admin_sistem-1", "/orang"),
    ("admin_sistem-1", "/orang/admin-1"),
    ("admin-1", "/orang"),
    ("admin-1", "/orang/verifikator-1"),
]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("username", sorted({who for who, _ in PAGES}))
def test_no_page_has_a_fault(world: World, somebody: Somebody, username: str) -> None:
    person = somebody(username)

    faults = [
        fault
        for who, path in PAGES
        if who == username
        for fault in faults_of(person, path.format(**vars(world)))
    ]

    assert faults == []


def test_an_error_page_has_no_fault_either(somebody: Somebody) -> None:
    person = somebody()
    person.expects_errors = True

    assert faults_of(person, "/tidak-ada") == []


def test_the_keyboard_reaches_the_content_first(somebody: Somebody) -> None:
    person = somebody()
    person.open("/layanan")

    person.page.keyboard.press("Tab")
    person.page.keyboard.press("Enter")

    assert person.page.evaluate("document.activeElement.id") == "isi"


def test_a_pemda_is_found_while_its_name_is_typed(world: World, somebody: Somebody) -> None:
    person = somebody("petugas-1")
    person.open(f"/node/{world.pending}")

    person.page.get_by_label("Nama atau kode Pemda").press_sequentially("kebumen")

    person.page.get_by_role("radio", name="Kabupaten Kebumen").wait_for()
    assert person.complaints == []


def test_lines_are_filtered_without_loading_the_page_again(world: World, somebody: Somebody) -> None:
    person = somebody("verifikator-1")
    person.open(f"/pemda/11.10/apbd/{world.in_force}/rincian")
    person.page.evaluate("window.stillHere = true")

    person.page.get_by_label("Bagian").select_option("pendapatan")

    person.page.wait_for_url("**bagian=pendapatan**")
    assert person.page.evaluate("window.stillHere") is True
    assert person.page.locator("tbody th small").first.inner_text().startswith("4.")
    assert person.complaints == []


def test_what_moves_money_is_not_lost_among_names_and_the_rest_unfolds(
    world: World, somebody: Somebody
) -> None:
    person = somebody("petugas-1")
    person.open(f"/pemda/11.10/apbd/{world.in_force}")
    findings = person.page.get_by_role("region", name="Temuan")

    headings = findings.get_by_role("heading", level=3).all_inner_texts()
    shown_first = findings.locator("li li:visible").count()
    findings.get_by_text("297 lainnya").click()

    assert [heading.split(":")[0] for heading in headings] == [
        "Sumber dana DAK/PAD bukan kode; 3 baris senilai Rp1.000 dikirim tanpa sumber dana.",
        "Kode dengan beberapa nama",
    ]
    assert (shown_first, findings.locator("li li:visible").count()) == (3, 300)
    assert barriers_of(person) == []


def test_the_rest_of_the_findings_unfolds_without_a_script(world: World, somebody: Somebody) -> None:
    person = somebody("petugas-1", javascript=False)
    person.open(f"/pemda/11.10/apbd/{world.in_force}")

    person.page.get_by_text("297 lainnya").click()

    assert person.says("5.1.02.01.01.0300")


def test_paper_shows_the_budget_and_nothing_to_press(world: World, somebody: Somebody) -> None:
    person = somebody("petugas-1")
    person.open(f"/pemda/11.10/apbd/{world.in_force}")

    person.page.emulate_media(media="print")

    assert person.page.get_by_role("row", name="SILPA").is_visible()
    assert person.says("CONTOH")
    assert not person.page.get_by_role("button", name="Keluar").is_visible()
