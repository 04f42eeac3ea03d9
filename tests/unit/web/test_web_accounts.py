"""Accounts are given on pages: DJPK to its own people and to a Pemda's admin, the admin to the rest."""

from __future__ import annotations

import re

import pytest

from sikd.accounts import Role
from tests.integration.centre_in_process import JEPARA, PATI, CentreInProcess
from tests.unit.web.conftest import SignIn
from tests.unit.web.visitor import Visitor

OWN = "kebun pagi hujan rintik"


def first_password(page: str) -> str:
    found = re.search(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){3}", page)
    assert found is not None, page
    return found[0]


def give(giver: Visitor, username: str, role: Role, kode_pemda: str = "") -> str:
    given = giver.send("/orang", "/orang", username=username, role=role.value, kode_pemda=kode_pemda)
    assert given.status_code == 200, given.text
    return first_password(given.text)


def change(person: Visitor, old: str, new: str) -> None:
    assert person.send("/akun", "/akun/sandi", old=old, new=new, again=new).status_code == 303


def test_an_account_comes_from_djpk_to_the_verifikator(
    centre: CentreInProcess, signed_in: SignIn, stranger: Visitor
) -> None:
    password = give(signed_in("admin_sistem-1"), "admin-pati-2", Role.ADMIN, PATI)
    stranger.sign_in("admin-pati-2", password)
    change(stranger, password, OWN)
    stranger.sign_in("admin-pati-2", OWN)

    give(stranger, "verifikator-pati-2", Role.VERIFIKATOR)

    listed = stranger.read("/orang")
    assert "verifikator-pati-2" in listed
    assert f"verifikator-{JEPARA}" not in listed


def test_a_password_that_was_given_opens_nothing_but_its_change(signed_in: SignIn, stranger: Visitor) -> None:
    password = give(signed_in("admin_sistem-1"), "petugas-baru", Role.PETUGAS)
    stranger.sign_in("petugas-baru", password)

    for address in ("/", "/papan", "/node"):
        assert stranger.get(address).headers["location"] == "/akun"
    assert "diberikan kepada Anda oleh orang lain" in stranger.read("/akun")

    change(stranger, password, OWN)
    stranger.sign_in("petugas-baru", OWN)
    assert stranger.get("/papan").status_code == 200


@pytest.mark.parametrize("role", [Role.PETUGAS, Role.PENYETUJU, Role.ADMIN_SISTEM, Role.ADMIN])
def test_the_admin_of_a_pemda_gives_no_other_roles(signed_in: SignIn, role: Role) -> None:
    refused = signed_in(f"admin-{JEPARA}").send("/orang", "/orang", username="tidak-boleh", role=role.value)

    assert refused.status_code == 403


def test_an_admin_gives_accounts_of_the_own_pemda_whatever_the_form_says(signed_in: SignIn) -> None:
    admin = signed_in(f"admin-{JEPARA}")

    give(admin, "otorisator-jepara-2", Role.OTORISATOR, PATI)

    assert "otorisator-jepara-2" in admin.read("/orang")


@pytest.mark.parametrize("username", [f"verifikator-{PATI}", f"admin-{JEPARA}", "petugas-1", "siapa-itu"])
@pytest.mark.parametrize("act", ["sandi", "penutupan", "pembukaan"])
def test_an_admin_changes_no_account_of_anybody_else(signed_in: SignIn, username: str, act: str) -> None:
    admin = signed_in(f"admin-{JEPARA}")

    assert admin.send("/orang", f"/orang/{username}/{act}").status_code == 404
    assert admin.get(f"/orang/{username}").status_code == 404


def test_a_closed_account_is_out_at_once_and_comes_back_when_it_is_opened(
    signed_in: SignIn, stranger: Visitor
) -> None:
    giver = signed_in("admin_sistem-1")
    password = give(giver, "auditor-2", Role.AUDITOR)
    stranger.sign_in("auditor-2", password)

    giver.send("/orang/auditor-2", "/orang/auditor-2/penutupan")

    assert stranger.get("/akun").headers["location"].startswith("/masuk")
    assert stranger.sign_in("auditor-2", password).status_code == 403
    giver.send("/orang/auditor-2", "/orang/auditor-2/pembukaan")
    assert stranger.sign_in("auditor-2", password).status_code == 303


def test_a_forgotten_password_is_replaced_and_the_old_one_ends(signed_in: SignIn, stranger: Visitor) -> None:
    giver = signed_in("admin_sistem-1")
    old = give(giver, "auditor-3", Role.AUDITOR)

    new = first_password(giver.send("/orang/auditor-3", "/orang/auditor-3/sandi").text)

    assert stranger.sign_in("auditor-3", old).status_code == 403
    assert stranger.sign_in("auditor-3", new).status_code == 303


def test_a_name_that_is_taken_is_said_and_what_was_entered_stays(signed_in: SignIn) -> None:
    giver = signed_in("admin_sistem-1")

    refused = giver.send("/orang", "/orang", username="petugas-1", role="auditor", kode_pemda="")

    assert refused.status_code == 422
    assert "petugas-1" in refused.text
    assert 'value="auditor" selected' in refused.text


def test_accounts_are_found_by_the_name_of_their_pemda(signed_in: SignIn) -> None:
    found = signed_in("admin_sistem-1").read("/orang?cari=jepara")

    assert f"admin-{JEPARA}" in found
    assert f"admin-{PATI}" not in found


def test_a_program_gets_nothing_with_a_password_that_was_given(
    centre: CentreInProcess, signed_in: SignIn
) -> None:
    password = give(signed_in("admin_sistem-1"), "auditor-program", Role.AUDITOR)

    assert centre.client.get("/v1/apbd/2026", auth=("auditor-program", password)).status_code == 403
