"""`sinergi source grants`: the account that agent.toml names, and what is left to do by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agent.cli import main

Run = Callable[..., int]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "agent.toml"
    monkeypatch.setenv("SINERGI_CONFIG", str(file))
    return file


def database(**settings: str) -> str:
    named = {"application": "wp-sipd", "database": "sipd", **settings}
    return "[database]\n" + "".join(f'{name} = "{value}"\n' for name, value in named.items())


def grants(*arguments: str) -> int:
    return main(["source", "grants", "--lang", "en", *arguments])


def test_the_account_of_agent_toml_is_made(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(database(engine="mysql", host="127.0.0.1", user="pembaca_anggaran"))

    code = grants()

    said = capsys.readouterr()
    assert (code, "'pembaca_anggaran'@'localhost'" in said.out, "%" in said.out) == (0, True, False)
    assert "write one password in place of every <kata sandi>" in said.err


def test_an_account_from_every_host_is_pointed_out(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(database(engine="mysql", host="db.contoh", user="pembaca"))

    grants()

    assert "'%' lets pembaca sign in from every host" in capsys.readouterr().err


def test_a_file_has_no_password_to_replace(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(database(engine="sqlite", database="/srv/basis data.db"))

    grants()

    said = capsys.readouterr()
    assert said.out == "chgrp sinergi '/srv/basis data.db' && chmod g+r,g-w '/srv/basis data.db'\n"
    assert "password" not in said.err


def test_without_a_database_in_agent_toml_the_options_say_it(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text("[apbd]\ntahun = 2026\n")

    assert grants("--engine", "mysql") == 2
    assert "--host, --database" in capsys.readouterr().err

    assert grants("--engine", "mysql", "--host", "localhost", "--database", "sipd") == 0
    assert "CREATE USER IF NOT EXISTS 'sinergi_baca'@'localhost'" in capsys.readouterr().out
