"""`sinergi access set`: the password is kept whatever comes of trying it, and it is tried at once."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from agent.access.book import RECORD, read_book
from agent.cli import main
from agent.paths import locate
from agent.storage.vault import DATABASE_PASSWORD, PROXY_PASSWORD, Vault, open_vault

SECRET = "rahasia-sekali"
Set = Callable[..., int]


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finance database in a file, and the settings that lead to it."""
    file = tmp_path / "keuangan.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE apbd (nilai INTEGER)")
    monkeypatch.setenv("SINERGI_CONFIG", str(tmp_path / "agent.toml"))
    main(
        [
            "init", "--yes", "--centre-url", "https://sikd.example", "--tahun", "2026", "--engine", "sqlite",
            "--application", "generic", "--database", str(file),
            "--state-dir", str(tmp_path / "state"), "--run-dir", str(tmp_path / "run"),
        ]
    )  # fmt: skip
    return file


@pytest.fixture
def access_set(database: Path, monkeypatch: pytest.MonkeyPatch) -> Set:
    def run(*options: str) -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(SECRET + "\n"))
        return main(["access", "set", "--password-file", "-", "--lang", "en", *options])

    return run


@pytest.fixture
def vault(database: Path) -> Vault:
    return open_vault(locate({"SINERGI_CONFIG": str(database.parent / "agent.toml")}), {})


def test_a_password_that_works_is_said_to_work(
    access_set: Set, vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    code = access_set()

    said = capsys.readouterr().out
    assert (code, vault.get(DATABASE_PASSWORD)) == (0, SECRET)
    assert "The password is kept in the vault.\n✓ The finance database lets the agent in.\n" in said
    assert "`sudo systemctl reload sinergi`" in said


def test_a_database_that_is_away_is_said_and_the_password_stays(
    access_set: Set, database: Path, vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    database.unlink()

    code = access_set()

    assert (code, vault.get(DATABASE_PASSWORD)) == (1, SECRET)
    assert "SIKD-E301" in capsys.readouterr().err


def test_a_script_without_a_database_tries_nothing(access_set: Set, database: Path, vault: Vault) -> None:
    database.unlink()

    code = access_set("--no-try")

    assert (code, vault.get(DATABASE_PASSWORD)) == (0, SECRET)


def test_without_a_database_in_agent_toml_nothing_changes(
    access_set: Set, database: Path, vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = database.parent / "agent.toml"
    settings.write_text(settings.read_text().replace("[database]", "[other]").split("[other]")[0])
    settings.write_text(settings.read_text() + f'[paths]\nstate_dir = "{settings.parent}/state"\n')

    code = access_set()

    assert (code, vault.get(DATABASE_PASSWORD), vault.get(RECORD)) == (5, None, None)
    assert "[database]" in capsys.readouterr().err


def test_an_access_that_is_set_here_takes_the_place_of_the_centres(access_set: Set, vault: Vault) -> None:
    access_set("--no-try")

    assert read_book(vault).own


def test_a_proxy_that_nobody_names_is_not_asked(
    access_set: Set, vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    code = access_set("--proxy")

    assert (code, vault.get(PROXY_PASSWORD)) == (0, SECRET)
    assert "No proxy is asked yet" in capsys.readouterr().out
