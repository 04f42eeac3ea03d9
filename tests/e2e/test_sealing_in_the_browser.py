"""The page of Sinergi Mobile sends nothing that it did not seal, and seals for nobody but the node."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Request
from sqlalchemy import update

from contract.wire.access import DatabaseEngine
from contract.wire.access_report import AccessReport, Choice, Standing
from contract.wire.identity import fingerprint
from sikd import nodes
from sikd.accounts import Role, find_user
from sikd.dbaccess import store
from sikd.dbaccess.reports import take_report
from sikd.nodes.store import nodes as nodes_table
from tests.e2e.browser import Person
from tests.e2e.conftest import Somebody
from tests.e2e.running_centre import RunningCentre
from tests.fakes.node import FakeNode

PATI = "11.18"
PASSWORD = "kenari-4711"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def node(centre: RunningCentre) -> FakeNode:
    """A node of Pati that has told what it can read."""
    made = centre.node()
    code = made.match_code(made.check_in())
    people = [centre.person(f"{role.value}-pati", role) for role in (Role.PETUGAS, Role.PENYETUJU)]
    centre.person("admin-pati", Role.ADMIN, PATI)
    report = AccessReport(
        node_id=made.node_id,
        made_at=now(),
        choices=(Choice(application="wp-sipd", engines=(DatabaseEngine.MYSQL,)),),
        access_id=None,
        version=0,
        origin=None,
        standing=Standing.NONE,
        refusal="",
        steps=(),
    )
    with centre.database.begin() as conn:
        petugas, penyetuju = (find_user(conn, name) for name in people)
        assert petugas is not None
        assert penyetuju is not None
        nodes.propose(conn, made.node_id, PATI, petugas, now())
        fresh = {"centre_der": made.centre_der(), "fresh_nonce": b"n" * nodes.NONCE_BYTES}
        nodes.approve(conn, made.node_id, PATI, code, penyetuju, now(), **fresh)
        take_report(conn, nodes.get(conn, made.node_id), report.signed(made.signing), now())
    return made


def fill_in(admin: Person, key: str) -> list[Request]:
    """Type everything and send; what the browser then sends to the centre."""
    sent: list[Request] = []
    page = admin.page
    admin.open(f"/pemda/{PATI}/akses/isi")
    page.get_by_label("8 karakter pertama kunci penyegel").fill(key)
    page.get_by_label("Server: nama atau alamat IP").fill("10.1.2.3")
    page.get_by_label("Nama basis data").fill("sipd")
    page.get_by_label("Nama pengguna").fill("baca")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    admin.press("Segel dan kirim")
    return sent


def shown_key(node: FakeNode) -> str:
    return fingerprint(node.sealing_der)[:9]


def test_another_sealing_key_than_the_nodes_own_sends_nothing(
    centre: RunningCentre, somebody: Somebody, node: FakeNode
) -> None:
    admin = somebody("admin-pati")

    sent = fill_in(admin, "AAAA BBBB")
    admin.page.get_by_text("Ini bukan 8 karakter pertama kunci penyegel").wait_for()

    assert sent == []


def test_a_sealing_key_that_the_node_did_not_sign_seals_nothing(
    centre: RunningCentre, somebody: Somebody, node: FakeNode
) -> None:
    admin = somebody("admin-pati")
    with centre.database.begin() as conn:
        right = nodes.get(conn, node.node_id).sealing_signature or b""
        forged = right[:-1] + bytes([right[-1] ^ 1])
        conn.execute(update(nodes_table).values(sealing_signature=forged))
    try:
        sent = fill_in(admin, shown_key(node))
        admin.page.get_by_text("Kunci penyegel tidak ditandatangani").wait_for()
    finally:
        with centre.database.begin() as conn:
            conn.execute(update(nodes_table).values(sealing_signature=right))

    assert sent == []


def test_what_is_sent_holds_nothing_that_was_typed(
    centre: RunningCentre, somebody: Somebody, node: FakeNode
) -> None:
    admin = somebody("admin-pati")

    (sent,) = fill_in(admin, shown_key(node).lower())

    body = sent.post_data or ""
    assert set(parse_qs(body)) == {"token", "node_id", "access_id", "version", "sealed"}
    assert [word for word in (PASSWORD, "10.1.2.3") if word in body] == []
    with centre.database.read() as conn:
        entered = store.newest(conn, PATI, node.node_id)
    assert entered is not None
    assert entered.sealed is not None
    assert PASSWORD.encode() not in entered.sealed


def test_without_scripts_the_form_cannot_be_sent_and_its_fields_have_no_names(
    centre: RunningCentre, somebody: Somebody, node: FakeNode
) -> None:
    admin = somebody("admin-pati", javascript=False)
    admin.open(f"/pemda/{PATI}/akses/isi")
    form = admin.page.locator("form[data-keys]")

    assert form.get_by_role("button").is_disabled()
    assert form.locator("input:not([type=hidden])[name], select[name]").count() == 0
    assert "tidak menjalankan skrip" in (form.page.locator("noscript").text_content() or "")
