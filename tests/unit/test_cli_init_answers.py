"""`sinergi init` judges each answer when it is given, asks again, and says the right next step."""

from __future__ import annotations

import tomllib
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from agent.cli.answers import QUESTIONS, asked, settings_of
from agent.cli.asking import Answers
from agent.cli.console import Console
from agent.cli.former import former_settings
from agent.cli.next_step import Service, step_after
from agent.cli.usage import UsageError
from agent.errors import ConfigError
from connectors.interface import UnknownSource

TODAY = datetime(2025, 12, 1, tzinfo=UTC)
RIGHT = ["https://sikd.example", "", "2026", "", "wp-sipd", "mysql", "127.0.0.1", "sipd", "pembaca"]


@dataclass
class Person:
    """Somebody at a terminal who types these lines, then nothing but empty ones."""

    lines: Sequence[str]
    heard: StringIO = field(default_factory=StringIO)

    def console(self, monkeypatch: pytest.MonkeyPatch) -> Console:
        monkeypatch.setattr("sys.stdin", StringIO("".join(f"{line}\n" for line in self.lines)))
        return Console("en", {}, lambda text: text, StringIO(), self.heard, asks=True)


def told(**given: str | bool | None) -> Namespace:
    names = {question.option.replace("-", "_"): None for question in QUESTIONS}
    return Namespace(**{**names, "yes": False, **given})


def answered(lines: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> tuple[Answers, str]:
    person = Person(lines)
    answers = asked(told(), person.console(monkeypatch), today=TODAY)
    return answers, person.heard.getvalue()


def written(answers: Answers) -> dict[str, Any]:
    return tomllib.loads(settings_of(answers, []))


@pytest.mark.parametrize(
    ("at", "wrong", "complaint"),
    [
        (0, "sikd.example", "it is no web address"),
        (0, "http://sikd.example", "http:// is for this machine itself only"),
        (0, "", "it is empty"),
        (1, "0000 0000", "it is no fingerprint"),
        (2, "dua ribu", "it is no whole number"),
        (2, "1999", "tahun is no budget year"),
        (4, "sipd", "There is no finance application"),
        (5, "mariadb", 'Write "mysql"'),
    ],
)
def test_a_wrong_answer_is_told_and_asked_for_again(
    at: int, wrong: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, heard = answered([*RIGHT[:at], wrong, *RIGHT[at:]], monkeypatch)

    assert complaint in heard
    assert "agent.toml:" not in heard
    assert answers == answered(RIGHT, monkeypatch)[0]


def test_a_date_in_another_form_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers, heard = answered([*RIGHT[:3], "7", "30-12-2025", "2025-12-30", *RIGHT[4:]], monkeypatch)

    assert "Write it like 2025-12-30." in heard
    assert written(answers)["apbd"] == {"tahun": 2026, "nomor_perda": "7", "tanggal_perda": "2025-12-30"}


def test_a_number_whose_date_is_not_known_does_not_hold_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    answers, heard = answered([*RIGHT[:3], "7", "", *RIGHT[4:]], monkeypatch)

    assert "A number without a date is not kept" in heard
    assert written(answers)["apbd"] == {"tahun": 2026}


def test_nobody_is_asked_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="it is empty"):
        answered([], monkeypatch)


def test_a_wrong_option_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person(RIGHT)

    with pytest.raises(UnknownSource, match='Write "mysql"'):
        asked(told(engine="mariadb", yes=True), person.console(monkeypatch), today=TODAY)

    assert person.heard.getvalue() == ""


def test_a_file_is_found_from_every_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    answers, _ = answered([*RIGHT[:5], "sqlite", "keuangan.db"], monkeypatch)

    settings = tomllib.loads(settings_of(answers, ["folder=sumber"]))

    assert settings["database"]["database"] == str(tmp_path / "keuangan.db")
    assert settings["database"]["options"] == {"folder": str(tmp_path / "sumber")}


@pytest.mark.parametrize(
    ("database", "user", "has_password", "first"),
    [
        ("", "", False, "sudo sinergi enrol"),
        ("sipd", "pembaca", False, "sudo sinergi access set"),
        ("sipd", "pembaca", True, "sudo sinergi source probe"),
        ("/srv/keuangan.db", "", False, "sudo sinergi source probe"),
    ],
)
def test_the_next_step_is_one_that_can_be_taken(
    database: str, user: str, has_password: bool, first: str
) -> None:
    step = str(step_after({"database": database, "user": user}, Service(), has_password=has_password))

    assert step.split("`")[1] == first


@pytest.mark.parametrize(
    ("database", "user", "has_password", "steps"),
    [
        ("", "", False, ["systemctl enable --now sinergi", "sinergi status", "sinergi access approve"]),
        ("sipd", "pembaca", True, ["source probe", "systemctl enable --now sinergi", "sinergi status"]),
        (
            "sipd",
            "pembaca",
            False,
            ["source grants", "access set", "source probe", "enable --now sinergi", "sinergi status"],
        ),
    ],
)
def test_with_a_ticket_the_service_is_started_and_registers_by_itself(
    database: str, user: str, has_password: bool, steps: list[str]
) -> None:
    answers = {"database": database, "user": user}

    said = str(step_after(answers, Service(), has_password=has_password, has_ticket=True))

    commands = said.split("`")[1::2]
    assert len(commands) == len(steps)
    assert all(step in command for step, command in zip(steps, commands, strict=True))
    assert "enrol" not in said


def test_a_service_at_work_takes_a_new_ticket_by_itself() -> None:
    answers = {"database": "sipd", "user": "pembaca"}

    said = str(step_after(answers, Service(runs=True), has_password=True, has_ticket=True))

    assert "systemctl reload" in said
    assert "enrol" not in said


@pytest.mark.parametrize(
    ("service", "has_password", "steps"),
    [
        (Service(is_enrolled=True, runs=True), True, ["systemctl reload", "source probe", "sinergi status"]),
        (Service(is_enrolled=True), False, ["access set", "source probe", "sinergi status"]),
        (Service(runs=True), True, ["systemctl reload", "source probe", "sinergi enrol", "sinergi status"]),
    ],
)
def test_a_node_that_works_already_is_told_to_take_the_new_settings(
    service: Service, has_password: bool, steps: list[str]
) -> None:
    answers = {"database": "sipd", "user": "pembaca"}

    said = str(step_after(answers, service, has_password=has_password))

    commands = said.split("`")[1::2]
    assert len(commands) == len(steps)
    assert all(step in command for step, command in zip(steps, commands, strict=True))


BEFORE = """
[centre]
url = "https://sikd.example"
key = "{key}"
[apbd]
tahun = 2026
nomor_perda = "7"
tanggal_perda = 2025-12-30
[database]
application = "generic"
engine = "postgresql"
host = "10.0.0.5"
port = 5433
database = "keuangan"
[database.options]
folder = "/srv/sumber"
[schedule]
snapshot = "every 6h"
[access]
allowed_hosts = ["10.1.0.0/16", "*.example"]
""".replace("{key}", "ab" * 32)


def changed(folder: Path, before: str, monkeypatch: pytest.MonkeyPatch, **given: str) -> dict[str, Any]:
    (folder / "agent.toml").write_text(before)
    former = former_settings(folder / "agent.toml")
    answers = asked(told(**given, yes=True), Person([]).console(monkeypatch), today=TODAY, former=former)
    return tomllib.loads(settings_of(answers, [], former))


def test_what_is_not_given_anew_stays_as_agent_toml_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = changed(tmp_path, BEFORE, monkeypatch, user="pembaca")

    before = tomllib.loads(BEFORE)
    expected = {**before, "database": {**before["database"], "user": "pembaca"}}
    expected["apbd"] = {**before["apbd"], "tanggal_perda": "2025-12-30"}
    assert settings == expected


def test_another_engine_is_another_database_and_another_year_has_another_perda(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"application": "wp-sipd", "engine": "mysql", "database": "sipd", "tahun": "2027"}

    settings = changed(tmp_path, BEFORE, monkeypatch, **given)

    assert settings["apbd"] == {"tahun": 2027}
    assert settings["database"] == {
        "application": "wp-sipd", "engine": "mysql", "host": "127.0.0.1", "database": "sipd"
    }  # fmt: skip


def test_a_file_that_cannot_be_understood_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="--centre-url"):
        changed(tmp_path, "[centre", monkeypatch, database="sipd")
