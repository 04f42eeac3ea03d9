"""With an authenticator set up, nobody signs in with the password alone, on any road."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from sikd.accounts import Role, authenticator
from tests.integration.centre_in_process import PASSWORD, CentreInProcess
from tests.unit.web.conftest import SignIn
from tests.unit.web.visitor import Visitor


@pytest.fixture
def secret(centre: CentreInProcess, signed_in: SignIn, request: pytest.FixtureRequest) -> bytes:
    """The secret of a new auditor, called as the test, in whose app it is by now."""
    name = request.node.name[:50]
    centre.person(name, Role.AUDITOR)
    person = signed_in(name)
    page = person.read("/akun/autentikator")
    found = re.search(r'name="secret" value="([A-Z2-7]+)"', page)
    assert found is not None
    made = authenticator.from_text(found[1])
    answered = person.post(
        "/akun/autentikator",
        token=person.token("/akun"),
        secret=found[1],
        code=authenticator.code_at(made, centre.clock()),
        password=PASSWORD,
    )
    assert answered.status_code == 303
    centre.clock.pass_by(timedelta(minutes=1))
    return made


def sign_in(visitor: Visitor, name: str, code: str) -> int:
    return visitor.send("/masuk", "/masuk", username=name, password=PASSWORD, code=code).status_code


def test_the_password_alone_opens_nothing(
    secret: bytes, centre: CentreInProcess, stranger: Visitor, request: pytest.FixtureRequest
) -> None:
    name = request.node.name[:50]

    assert sign_in(stranger, name, "") == 403
    assert sign_in(stranger, name, authenticator.code_at(secret, centre.clock())) == 303


def test_a_program_does_not_come_in_past_it(
    secret: bytes, centre: CentreInProcess, request: pytest.FixtureRequest
) -> None:
    name = request.node.name[:50]

    assert centre.client.get("/v1/apbd/2026", auth=(name, PASSWORD)).status_code == 403


def test_it_is_taken_away_with_password_and_code(
    secret: bytes, centre: CentreInProcess, stranger: Visitor, request: pytest.FixtureRequest
) -> None:
    name = request.node.name[:50]
    sign_in(stranger, name, authenticator.code_at(secret, centre.clock()))
    centre.clock.pass_by(timedelta(minutes=1))

    refused = stranger.send("/akun", "/akun/autentikator/lepas", password=PASSWORD, code="000000")
    code = authenticator.code_at(secret, centre.clock())
    taken = stranger.send("/akun", "/akun/autentikator/lepas", password=PASSWORD, code=code)

    assert (refused.status_code, taken.status_code) == (403, 303)
    assert sign_in(Visitor(centre.client), name, "") == 303


def test_a_lost_phone_is_helped_by_whoever_gave_the_account(
    secret: bytes, signed_in: SignIn, stranger: Visitor, request: pytest.FixtureRequest
) -> None:
    name = request.node.name[:50]
    giver = signed_in("admin_sistem-1")

    page = giver.send(f"/orang/{name}", f"/orang/{name}/sandi").text

    password = re.search(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){3}", page)
    assert password is not None
    assert stranger.sign_in(name, password[0]).status_code == 303


def test_a_wrong_first_code_sets_nothing_up_and_keeps_the_secret(
    centre: CentreInProcess, signed_in: SignIn
) -> None:
    centre.person("auditor-lain", Role.AUDITOR)
    person = signed_in("auditor-lain")
    text = authenticator.as_text(b"12345678901234567890")

    refused = person.send("/akun", "/akun/autentikator", secret=text, code="000000", password=PASSWORD)

    assert refused.status_code == 403
    assert text in refused.text
    assert sign_in(Visitor(centre.client), "auditor-lain", "") == 303
