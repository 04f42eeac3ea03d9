"""Accounts, sessions and patience with whoever guesses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from sikd.accounts import (
    PasswordTooWeak,
    Role,
    TooManyAttempts,
    UnfitAccount,
    User,
    add_user,
    authenticate,
    change_password,
    find_user,
    set_active,
    users,
)
from sikd.accounts.attempts import LIMITS, WINDOW, count_failure, forget_failures, require_patience
from sikd.accounts.sessions import (
    IDLE,
    LONGEST,
    close_session,
    close_sessions,
    find_session,
    keep_open,
    open_session,
    sessions,
)
from sikd.accounts.store import accounts
from sikd.audit import acts
from sikd.database import metadata, open_database

NOW = datetime(2026, 1, 20, 3, 0, tzinfo=UTC)
PASSWORD = "sawah sungai gunung"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    database = open_database(f"sqlite:///{tmp_path / 'sikd.db'}")
    with database.begin() as connection:
        metadata.create_all(connection)
        yield connection
    database.close()


@pytest.fixture
def petugas(conn: Connection) -> User:
    return add_user(conn, "petugas-1", Role.PETUGAS, None, PASSWORD, "admin-1", NOW)


def test_a_password_opens_its_account_and_no_other(conn: Connection, petugas: User) -> None:
    assert authenticate(conn, "petugas-1", PASSWORD) == petugas
    assert authenticate(conn, "petugas-1", PASSWORD + "!") is None
    assert authenticate(conn, "petugas-2", PASSWORD) is None


def test_the_database_holds_no_password(conn: Connection, petugas: User) -> None:
    kept = conn.execute(select(accounts.c.password_hash)).scalar_one()

    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


def test_an_unknown_name_is_checked_against_a_hash_as_well(
    conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    def nobodys_hash() -> str:
        checked.append("nobody's hash")
        return "$argon2id$none"

    monkeypatch.setattr("sikd.accounts.passwords._nobodys_hash", nobodys_hash)

    authenticate(conn, "nobody", PASSWORD)

    assert checked == ["nobody's hash"]


def test_a_closed_account_cannot_be_used_until_it_is_opened(conn: Connection, petugas: User) -> None:
    set_active(conn, "petugas-1", False, "admin-1", NOW)
    assert authenticate(conn, "petugas-1", PASSWORD) is None

    set_active(conn, "petugas-1", True, "admin-1", NOW)
    assert authenticate(conn, "petugas-1", PASSWORD) == petugas


@pytest.mark.parametrize(
    ("name", "role", "kode_pemda"),
    [
        ("Petugas", Role.PETUGAS, None),
        ("p", Role.PETUGAS, None),
        ("petugas 2", Role.PETUGAS, None),
        ("petugas-2", Role.PETUGAS, "01.01"),
        ("verifikator-2", Role.VERIFIKATOR, None),
        ("verifikator-2", Role.VERIFIKATOR, "99.99"),
        ("petugas-1", Role.PENYETUJU, None),
    ],
)
def test_an_account_that_contradicts_itself_is_not_made(
    conn: Connection, petugas: User, name: str, role: Role, kode_pemda: str | None
) -> None:
    with pytest.raises(UnfitAccount):
        add_user(conn, name, role, kode_pemda, PASSWORD, "admin-1", NOW)

    assert users(conn) == (petugas,)


@pytest.mark.parametrize("password", ["pendek", "x" * 201, "petugas-1-rahasia", "aabbaabbaabb"])
def test_a_password_that_would_be_guessed_is_refused(conn: Connection, petugas: User, password: str) -> None:
    with pytest.raises(PasswordTooWeak):
        change_password(conn, "petugas-1", password, "petugas-1", NOW)

    assert authenticate(conn, "petugas-1", PASSWORD) == petugas


def test_a_new_password_replaces_the_old_one(conn: Connection, petugas: User) -> None:
    change_password(conn, "petugas-1", "hujan pagi di kebun", "petugas-1", NOW)

    assert authenticate(conn, "petugas-1", PASSWORD) is None
    assert authenticate(conn, "petugas-1", "hujan pagi di kebun") == petugas


def test_what_is_done_to_an_account_is_in_the_audit_log(conn: Connection) -> None:
    add_user(conn, "verifikator-1", Role.VERIFIKATOR, "01.01", PASSWORD, "admin-1", NOW)
    set_active(conn, "verifikator-1", False, "admin-1", NOW)

    assert [(act.actor, act.act) for act in acts(conn, subject="verifikator-1")] == [
        ("admin-1", "account_closed"),
        ("admin-1", "account_added"),
    ]


def test_accounts_are_listed_with_djpk_first(conn: Connection, petugas: User) -> None:
    add_user(conn, "a-verifikator", Role.VERIFIKATOR, "01.01", PASSWORD, "admin-1", NOW)

    assert [user.username for user in users(conn)] == ["petugas-1", "a-verifikator"]
    assert find_user(conn, "petugas-1") == petugas


def test_a_session_ends_when_it_is_closed(conn: Connection, petugas: User) -> None:
    open_session(conn, petugas, "a token", NOW)
    found = find_session(conn, "a token", NOW)
    assert found is not None
    assert found.user.username == petugas.username
    assert found.user.signed_in_at == NOW

    close_session(conn, "a token")
    assert find_session(conn, "a token", NOW) is None


def test_the_database_holds_no_token(conn: Connection, petugas: User) -> None:
    open_session(conn, petugas, "a token", NOW)

    assert conn.execute(select(sessions.c.token_sha256)).scalar_one() != "a token"


def test_a_session_that_is_not_used_ends_by_itself(conn: Connection, petugas: User) -> None:
    open_session(conn, petugas, "a token", NOW)

    assert find_session(conn, "a token", NOW + IDLE - MINUTE) is not None
    assert find_session(conn, "a token", NOW + IDLE) is None


def test_a_session_ends_after_its_longest_time_however_busy(conn: Connection, petugas: User) -> None:
    open_session(conn, petugas, "a token", NOW)
    keep_open(conn, "a token", NOW + LONGEST - MINUTE)

    assert find_session(conn, "a token", NOW + LONGEST - MINUTE) is not None
    assert find_session(conn, "a token", NOW + LONGEST) is None


def test_a_session_of_a_closed_account_is_none(conn: Connection, petugas: User) -> None:
    open_session(conn, petugas, "a token", NOW)
    set_active(conn, "petugas-1", False, "admin-1", NOW)

    assert find_session(conn, "a token", NOW) is None


def test_a_person_can_be_signed_out_everywhere(conn: Connection, petugas: User) -> None:
    open_session(conn, petugas, "one", NOW)
    open_session(conn, petugas, "two", NOW)

    close_sessions(conn, "petugas-1")

    assert find_session(conn, "one", NOW) is None
    assert find_session(conn, "two", NOW) is None


@pytest.mark.parametrize("kind", sorted(LIMITS))
def test_guessing_is_slowed_down_for_an_account_and_for_an_address(conn: Connection, kind: str) -> None:
    def guess(number: int) -> tuple[str, str]:
        username = "petugas-1" if kind != "address" else f"petugas-{number}"
        return username, "10.0.0.1" if kind != "account" else f"10.0.0.{number}"

    for number in range(LIMITS[kind]):
        require_patience(conn, *guess(number), NOW)
        count_failure(conn, *guess(number), NOW)

    with pytest.raises(TooManyAttempts):
        require_patience(conn, *guess(200), NOW)
    require_patience(conn, *guess(200), NOW + WINDOW)


def test_a_stranger_shuts_nobody_out(conn: Connection) -> None:
    for _ in range(LIMITS["address"]):
        count_failure(conn, "otorisator-1", "203.0.113.9", NOW)

    require_patience(conn, "otorisator-1", "10.0.0.1", NOW)
    with pytest.raises(TooManyAttempts):
        require_patience(conn, "otorisator-1", "203.0.113.9", NOW)


def test_a_sign_in_that_succeeds_forgives_the_account(conn: Connection) -> None:
    for _ in range(LIMITS["both"]):
        count_failure(conn, "petugas-1", "10.0.0.1", NOW)

    forget_failures(conn, "petugas-1")

    require_patience(conn, "petugas-1", "10.0.0.1", NOW)
