"""Signing in and out, and the forms that only the right browser can send."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sikd.accounts import Role, authenticate
from sikd.accounts.attempts import LIMITS, WINDOW
from sikd.accounts.sessions import IDLE
from tests.integration.centre_in_process import PASSWORD, CentreInProcess
from tests.unit.web.conftest import SignIn
from tests.unit.web.visitor import Visitor

ANOTHER = "pagi cerah di pelabuhan"


def cookie_of(visitor: Visitor) -> str:
    return visitor.cookies["__Host-sikd"]


def test_a_person_signs_in_and_out(stranger: Visitor) -> None:
    assert stranger.sign_in("petugas-1", PASSWORD).status_code == 303
    assert "Petugas DJPK" in stranger.read("/")

    assert stranger.send("/akun", "/keluar").status_code == 303
    assert "Petugas DJPK" not in stranger.read("/")


def test_the_cookie_is_for_no_script_no_other_site_and_no_plain_http(stranger: Visitor) -> None:
    given = stranger.sign_in("petugas-1", PASSWORD).headers["set-cookie"]

    assert given.startswith("__Host-sikd=")
    assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= set(given.split("; "))


def test_a_cookie_from_before_the_sign_in_is_worth_nothing(stranger: Visitor) -> None:
    stranger.get("/masuk")
    planted = cookie_of(stranger)

    stranger.sign_in("petugas-1", PASSWORD)

    assert cookie_of(stranger) != planted
    stranger.cookies.set("__Host-sikd", planted, domain="sikd.example", path="/")
    assert stranger.get("/akun").status_code == 303


@pytest.mark.parametrize("username", ["petugas-1", "tidak-ada"])
def test_a_wrong_password_and_an_unknown_name_are_answered_alike(stranger: Visitor, username: str) -> None:
    answer = stranger.sign_in(username, "bukan kata sandinya")

    assert answer.status_code == 403
    assert "Nama pengguna dan kata sandi tidak cocok." in answer.text


def test_whoever_guesses_has_to_wait(centre: CentreInProcess, stranger: Visitor) -> None:
    centre.person("sering-ditebak", Role.AUDITOR)
    for _ in range(LIMITS["both"]):
        stranger.sign_in("sering-ditebak", "bukan kata sandinya")

    assert stranger.sign_in("sering-ditebak", PASSWORD).status_code == 429
    centre.clock.pass_by(WINDOW)
    assert stranger.sign_in("sering-ditebak", PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("goal", "leads_to"),
    [
        ("/papan?tahun=2026", "/papan?tahun=2026"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("https://elsewhere.example", "/"),
        ("/papan\r\nX: y", "/"),
    ],
)
def test_after_the_sign_in_only_this_site_is_gone_to(stranger: Visitor, goal: str, leads_to: str) -> None:
    answer = stranger.send("/masuk", "/masuk", username="petugas-1", password=PASSWORD, tujuan=goal)

    assert (answer.status_code, answer.headers["location"]) == (303, leads_to)


def test_a_form_without_the_visitors_token_is_refused(signed_in: SignIn) -> None:
    visitor, other = signed_in("petugas-1"), signed_in("petugas-1")

    assert visitor.post("/keluar").status_code == 400
    assert visitor.post("/keluar", token=other.token("/akun")).status_code == 400
    assert visitor.get("/akun").status_code == 200


def test_a_session_that_was_not_used_has_ended(centre: CentreInProcess, signed_in: SignIn) -> None:
    visitor = signed_in("petugas-1")

    centre.clock.pass_by(IDLE - timedelta(minutes=1))
    assert visitor.get("/akun").status_code == 200
    centre.clock.pass_by(IDLE)
    assert visitor.get("/akun").status_code == 303


def test_a_part_of_a_page_is_not_filled_with_the_sign_in(stranger: Visitor) -> None:
    answer = stranger.get("/papan", **{"HX-Request": "true"})

    assert (answer.status_code, answer.headers["hx-redirect"]) == (200, "/masuk?tujuan=/papan")


def test_a_new_password_signs_everybody_out(centre: CentreInProcess, signed_in: SignIn) -> None:
    centre.person("ganti-sandi", Role.AUDITOR)
    visitor, thief = signed_in("ganti-sandi"), signed_in("ganti-sandi")

    answer = visitor.send("/akun", "/akun/sandi", old=PASSWORD, new=ANOTHER, again=ANOTHER)

    assert answer.status_code == 303
    assert thief.get("/akun").status_code == 303
    with centre.database.read() as conn:
        assert authenticate(conn, "ganti-sandi", ANOTHER) is not None


@pytest.mark.parametrize(
    ("old", "new", "again", "says"),
    [
        ("bukan", ANOTHER, ANOTHER, "Nama pengguna dan kata sandi tidak cocok."),
        (PASSWORD, ANOTHER, "lain", "Kedua kata sandi baru tidak sama."),
        (PASSWORD, "pendek", "pendek", "Kata sandi terdiri atas 12 sampai 200 karakter."),
    ],
)
def test_a_password_is_not_changed_by_mistake(
    signed_in: SignIn, old: str, new: str, again: str, says: str
) -> None:
    visitor = signed_in("auditor-1")

    answer = visitor.send("/akun", "/akun/sandi", old=old, new=new, again=again)

    assert answer.status_code in {403, 422}
    assert says in answer.text
