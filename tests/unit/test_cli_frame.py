"""The frame of all verbs: help, languages, and how a failure is told."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from agent import cli
from agent.cli import main
from agent.cli.frame import VERBS, verb
from agent.cli.progress import drawn
from agent.cli.usage import exit_code_of
from agent.errors import CentreUnreachable, ConfigError, WaitingForMapping
from agent.i18n import language_of, translator
from contract.errors import ExplainedError
from contract.text import T

every_verb = pytest.mark.parametrize("name", VERBS)
each_language = pytest.mark.parametrize("language", ["id", "en"])
Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("SINERGI_CONFIG", str(tmp_path / "agent.toml"))
    monkeypatch.delenv("SINERGI_LANG", raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    return lambda *arguments: main(list(arguments))


@every_verb
@each_language
def test_every_verb_has_help_with_an_example(
    name: str, language: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*name.split(), "--help", "--lang", language)

    assert ended.value.code == 0
    assert verb(name).EXAMPLE in capsys.readouterr().out


@every_verb
def test_the_example_of_a_verb_is_that_verb(name: str) -> None:
    assert re.match(rf"(sudo )?sinergi {name}\b", verb(name).EXAMPLE)


def test_help_is_indonesian_unless_asked_otherwise(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    indonesian = capsys.readouterr().out
    assert run("--help", "--lang=en") == 0
    english = capsys.readouterr().out

    assert "Perintah:" in indonesian
    assert "Commands:" in english
    assert all(name in indonesian and name in english for name in VERBS)


def test_the_environment_chooses_a_language_too() -> None:
    assert [language_of({"SINERGI_LANG": wanted}) for wanted in ("en", "EN_GB", "id", "fr", "")] == [
        "en", "en", "id", "id", "id",
    ]  # fmt: skip


def test_a_sentence_without_an_answer_stays_english() -> None:
    assert translator("id")("No such sentence.") == "No such sentence."


@pytest.mark.parametrize(
    "line",
    [
        ["nonsense"],
        ["source", "nonsense"],
        ["version", "--nonsense"],
        ["receipt", "verify"],
        ["run", "--once=1"],
    ],
)
def test_a_line_that_cannot_be_understood_is_explained(
    line: list[str], run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(*line)

    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert re.search(r"^✗ .+\n  → .+\n  .*SIKD-E450", said.err)


@pytest.mark.parametrize(
    ("line", "meant"), [("statsu", "status"), ("source prob", "source probe"), ("versi", "version")]
)
def test_the_command_that_was_meant_is_named(
    line: str, meant: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run(*line.split(), "--lang", "en")

    assert f"Did you mean `sinergi {meant}`?" in capsys.readouterr().err


def test_the_manual_page_has_no_letter_that_troff_lacks(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run("manual")

    assert capsys.readouterr().out.isascii()


def test_a_failure_names_what_why_what_to_do_and_its_code(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "agent.toml").write_text("[apbd]\ntahun = 1999\n")

    code = run("source", "grants", "--lang", "en")

    problem, remedy, name = capsys.readouterr().err.splitlines()
    assert code == 5
    assert problem.startswith("✗ ")
    assert remedy.startswith("  → ")
    assert "SIKD-E410" in name


def test_a_sentence_cannot_command_the_terminal(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    # What a database or the centre says stands in such sentences too.
    run("push\x1b[2J\n✓ terkirim")

    said = capsys.readouterr().err
    assert "push\\x1b[2J\\n✓ terkirim" in said


@pytest.mark.parametrize("group", ["source", "receipt", "access", "identity"])
@pytest.mark.parametrize(("rest", "code"), [([], 2), (["--help"], 0), (["-h"], 0)])
def test_the_first_word_of_two_shows_the_commands_that_begin_with_it(
    group: str, rest: list[str], code: int, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(group, *rest) == code

    said = capsys.readouterr().out
    shown = {name for name in VERBS if re.search(rf"^  {name} ", said, re.MULTILINE)}
    assert shown == {name for name in VERBS if name.startswith(f"{group} ")}


def test_no_line_at_all_shows_the_commands(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 2
    assert "sinergi snapshot --help" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "code"), [(CentreUnreachable, 1), (ConfigError, 5), (WaitingForMapping, 4)]
)
def test_an_exit_code_says_who_is_waited_for(error: type[ExplainedError], code: int) -> None:
    assert exit_code_of(error(T("It failed."), remedy=T("Wait."))) == code


def test_a_reader_that_goes_away_is_no_error() -> None:
    program = [sys.executable, "-m", "agent", "--help"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait() == 141


def test_the_entry_point_is_the_one_that_is_installed() -> None:
    assert cli.main is main


def test_the_bar_wanders_within_its_frame() -> None:
    pictures = [drawn("reading", step, 1.0) for step in range(40)]

    assert {picture.index("]") for picture in pictures} == {21}
    assert len({picture.index("#") for picture in pictures}) == 17


def test_init_writes_settings_and_keys(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(*init(tmp_path))

    settings = tmp_path / "agent.toml"
    assert (code, stat.S_IMODE(settings.stat().st_mode)) == (0, 0o640)
    assert "sikd1 " in capsys.readouterr().out
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_init_changes_nothing_that_exists(run: Run, tmp_path: Path) -> None:
    run(*init(tmp_path))
    before = (tmp_path / "agent.toml").read_bytes(), (tmp_path / "state" / "vault").read_bytes()

    code = run(*init(tmp_path), "--tahun", "2027")

    assert code == 2
    assert ((tmp_path / "agent.toml").read_bytes(), (tmp_path / "state" / "vault").read_bytes()) == before


def test_init_with_force_keeps_the_keys(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(*init(tmp_path))
    first = capsys.readouterr().out

    assert run(*init(tmp_path), "--tahun", "2027", "--force") == 0

    assert capsys.readouterr().out == first
    assert "tahun = 2027" in (tmp_path / "agent.toml").read_text()


def test_a_node_set_up_for_the_phone_gets_a_database_by_naming_that_alone(run: Run, tmp_path: Path) -> None:
    run("init", "--yes", "--mobile", *init(tmp_path)[2:6], *init(tmp_path)[10:])
    secret = tmp_path / "secret"
    secret.write_text("rahasia-sekali")
    named = ["--application", "wp-sipd", "--engine", "mysql", "--database", "sipd", "--user", "sinergi_baca"]

    code = run("init", "--force", "--yes", *named, "--password-file", str(secret))

    settings = tomllib.loads((tmp_path / "agent.toml").read_text())
    assert code == 0
    assert settings["centre"]["url"] == "https://sikd.example"
    assert settings["paths"]["state_dir"] == str(tmp_path / "state")
    assert settings["database"]["user"] == "sinergi_baca"


def test_init_refuses_what_the_agent_could_not_load(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(*init(tmp_path), "--tls", "sometimes")

    assert code == 5
    said = capsys.readouterr().err
    assert "--tls: " in said
    assert "agent.toml:" not in said
    assert not (tmp_path / "agent.toml").exists()


def test_a_password_goes_from_its_file_to_the_vault_and_nowhere_else(run: Run, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("rahasia-sekali\n")

    run(*init(tmp_path, engine="mysql"), "--user", "sinergi_baca", "--password-file", str(secret))
    secret.unlink()

    assert all(b"rahasia-sekali" not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_a_password_that_is_asked_for_without_anybody_there_is_a_mistake(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(*init(tmp_path))

    assert run("access", "set", "--lang", "en") == 2
    assert "--password-file" in capsys.readouterr().err


def test_someone_elses_state_is_not_written(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(*init(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 65534)

    assert run("push", "--lang", "en") == 5
    assert "`sudo sinergi push" in capsys.readouterr().err


def init(folder: Path, *, engine: str = "sqlite") -> list[str]:
    return [
        "init", "--yes", "--centre-url", "https://sikd.example", "--tahun", "2026", "--engine", engine,
        "--database", str(folder / "keuangan.db"),
        "--state-dir", str(folder / "state"), "--run-dir", str(folder / "run"),
    ]  # fmt: skip


@pytest.mark.parametrize("verb_name", ["enrol", "init"])
def test_a_key_that_is_no_fingerprint_is_not_another_centres(
    verb_name: str, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = {"enrol": ["enrol"], "init": init(tmp_path)}

    code = run(*lines[verb_name], "--centre-key", "0000 0000", "--lang", "en")

    assert code == 2
    assert "--centre-key: it is no fingerprint of 64 hexadecimal characters." in capsys.readouterr().err


def test_a_state_folder_that_is_not_there_is_named(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(*init(tmp_path))
    (tmp_path / "state").rename(tmp_path / "away")

    code = run("snapshot", "--lang", "en")

    assert code == 5
    assert f"There is no state folder {tmp_path / 'state'}." in capsys.readouterr().err
