"""Who may open what: one table, checked against every route, and every Pemda alone with its own."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from sikd.accounts import DJPK_ROLES, PEMDA_ROLES, Role
from sikd.app import PAGES
from sikd.web import Site, mount, page_router
from sikd.web import pages as frame_pages
from sikd.web.permissions import PERMISSIONS
from tests.fakes.node import Prepared
from tests.integration.asgi_line import client_of
from tests.integration.centre_in_process import JEPARA, PATI, PUBLIC_URL
from tests.unit.web.conftest import SignIn
from tests.unit.web.visitor import Visitor

# What a person of a Pemda may open although its address names no Pemda: nothing in it belongs to one.
OF_NO_PEMDA = {
    "home",
    "service",
    "sign_in",
    "submit_sign_in",
    "sign_out",
    "own_account",
    "submit_password",
    "authenticator",
    "submit_authenticator",
    "submit_no_authenticator",
}
# Whose accounts a giver sees, sikd/accounts/given.py decides; test_web_accounts.py tries it.
OF_NO_PEMDA |= {
    "accounts", "account", "submit_account", "submit_first_password", "submit_closing", "submit_opening_again"
}  # fmt: skip
ROUTES = [
    route for router in (frame_pages.router, *PAGES) for route in router.routes if isinstance(route, APIRoute)
]
PEMDA_ROUTES = [route for route in ROUTES if "{kode_pemda}" in route.path]
NAMES = {
    **{role: f"{role.value}-1" for role in DJPK_ROLES},
    **{role: f"{role.value}-{JEPARA}" for role in PEMDA_ROLES},
}


def address(route: APIRoute, kode_pemda: str, delivered: Prepared) -> str:
    return route.path.format(
        kode_pemda=kode_pemda,
        snapshot_id=delivered.snapshot_id,
        node_id=delivered.manifest.node_id,
        ticket_id="0" * 10,
        username="siapa-itu",
        tahun=2026,
        jenis="komitmen",
    )


def ask(visitor: Visitor, route: APIRoute, where: str) -> int:
    if "GET" in (route.methods or ()):
        return visitor.get(where).status_code
    return visitor.send("/akun", where).status_code


def test_every_route_has_an_entry_and_every_entry_a_route() -> None:
    assert ROUTES
    assert {route.name for route in ROUTES} == set(PERMISSIONS)
    assert len({route.name for route in ROUTES}) == len(ROUTES)


def test_no_page_is_for_nobody() -> None:
    assert {name for name, roles in PERMISSIONS.items() if not roles} == set()


def test_a_page_without_an_entry_cannot_be_opened(site: Site) -> None:
    newcomer = page_router()
    newcomer.add_api_route("/baru", lambda: "open", name="baru")
    app = FastAPI()
    mount(app, site, [newcomer])

    with client_of(app, PUBLIC_URL) as client:
        assert Visitor(client).get("/baru").status_code == 500


def test_what_a_pemda_may_open_names_the_pemda() -> None:
    open_to_pemda = {name for name, roles in PERMISSIONS.items() if roles & PEMDA_ROLES}

    assert open_to_pemda - OF_NO_PEMDA == {route.name for route in PEMDA_ROUTES}


@pytest.mark.parametrize("role", sorted(PEMDA_ROLES))
def test_what_belongs_to_another_pemda_does_not_exist(
    delivered: Prepared, signed_in: SignIn, role: Role
) -> None:
    visitor = signed_in(f"{role.value}-{PATI}")

    statuses = {route.name: ask(visitor, route, address(route, JEPARA, delivered)) for route in PEMDA_ROUTES}

    assert statuses == {route.name: 404 if role in PERMISSIONS[route.name] else 403 for route in PEMDA_ROUTES}


@pytest.mark.parametrize("role", sorted(PEMDA_ROLES))
def test_a_snapshot_cannot_be_reached_through_another_pemdas_address(
    delivered: Prepared, signed_in: SignIn, role: Role
) -> None:
    visitor = signed_in(f"{role.value}-{PATI}")
    mine = [
        route for route in PEMDA_ROUTES if "{snapshot_id}" in route.path and role in PERMISSIONS[route.name]
    ]

    statuses = {route.name: ask(visitor, route, address(route, PATI, delivered)) for route in mine}

    assert statuses == {route.name: 404 for route in mine}


@pytest.mark.parametrize("role", sorted(Role))
def test_each_role_may_do_what_the_table_says_and_no_more(signed_in: SignIn, role: Role) -> None:
    visitor = signed_in(NAMES[role])
    # Nothing has these names, so nothing is decided on the way; who may not is told before that is noticed.
    nothing = {
        "snapshot_id": "0" * 64,
        "node_id": "sikd1nothing",
        "ticket_id": "nothing",
        "username": "siapa-itu",
        "tahun": 2026,
        "jenis": "x",
    }

    refused = {
        route.name
        for route in ROUTES
        if route.name
        not in {
            "sign_out",
            "submit_sign_in",
            "submit_password",
            "authenticator",
            "submit_authenticator",
            "submit_no_authenticator",
        }
        and ask(visitor, route, route.path.format(kode_pemda=JEPARA, **nothing)) == 403
    }

    assert refused == {name for name, roles in PERMISSIONS.items() if role not in roles}


def test_a_stranger_is_sent_to_the_sign_in_and_then_on(delivered: Prepared, stranger: Visitor) -> None:
    for route in ROUTES:
        if None in PERMISSIONS[route.name] or "GET" not in (route.methods or ()):
            continue
        where = address(route, JEPARA, delivered)
        answer = stranger.get(where)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/masuk?tujuan={where}")
