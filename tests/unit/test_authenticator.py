"""Codes of an authenticator app: those of RFC 6238, each good once, and soon over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from sikd.accounts import Role, WrongPassword, add_user, authenticator, find_user
from sikd.database import metadata, open_database

NOW = datetime(2026, 1, 20, 3, 0, tzinfo=UTC)
SECRET = b"12345678901234567890"


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    database = open_database(f"sqlite:///{tmp_path / 'sikd.db'}")
    with database.begin() as connection:
        metadata.create_all(connection)
        add_user(connection, "petugas-1", Role.PETUGAS, None, "hujan pagi di kebun", "test", NOW)
        yield connection
    database.close()


@pytest.fixture
def person(conn: Connection) -> str:
    authenticator.set_up(conn, "petugas-1", SECRET, authenticator.code_at(SECRET, NOW), NOW)
    return "petugas-1"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert authenticator.code_at(SECRET, datetime.fromtimestamp(seconds, UTC)) == code


def test_a_code_is_good_once(conn: Connection, person: str) -> None:
    later = NOW + timedelta(seconds=60)
    code = authenticator.code_at(SECRET, later)

    authenticator.require_code(conn, person, code, later)

    with pytest.raises(WrongPassword):
        authenticator.require_code(conn, person, code, later + timedelta(seconds=5))


def test_the_code_of_the_set_up_opens_nothing_more(conn: Connection, person: str) -> None:
    with pytest.raises(WrongPassword):
        authenticator.require_code(conn, person, authenticator.code_at(SECRET, NOW), NOW)


@pytest.mark.parametrize(("late", "good"), [(29, True), (59, True), (91, False), (-30, True), (-61, False)])
def test_a_clock_that_is_half_a_minute_off_is_forgiven(
    conn: Connection, person: str, late: int, good: bool
) -> None:
    shown_at = NOW + timedelta(minutes=10)
    code, typed_at = authenticator.code_at(SECRET, shown_at), shown_at + timedelta(seconds=late)

    if good:
        authenticator.require_code(conn, person, f" {code[:3]} {code[3:]}", typed_at)
    else:
        with pytest.raises(WrongPassword):
            authenticator.require_code(conn, person, code, typed_at)


@pytest.mark.parametrize("code", ["", "000000", "abcdef", "١٢٣٤٥٦"])
def test_any_other_code_is_refused(conn: Connection, person: str, code: str) -> None:
    with pytest.raises(WrongPassword):
        authenticator.require_code(conn, person, code, NOW + timedelta(hours=1))


def test_nobody_is_asked_who_has_none(conn: Connection, person: str) -> None:
    authenticator.take_away(conn, person, "admin_sistem-1", NOW)

    authenticator.require_code(conn, person, "", NOW)

    user = find_user(conn, person)
    assert user is not None
    assert not user.has_authenticator


@pytest.mark.parametrize("text", ["", "AAAA", "not base32!", "\u00e9" * 32, "A" * 33])
def test_what_is_no_secret_is_refused(text: str) -> None:
    with pytest.raises(WrongPassword):
        authenticator.from_text(text)


def test_a_secret_goes_to_the_app_and_back() -> None:
    assert authenticator.from_text(authenticator.as_text(SECRET)) == SECRET
    assert authenticator.as_text(SECRET) in authenticator.address("petugas-1", SECRET)
