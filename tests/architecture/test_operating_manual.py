"""The manuals of the agent say what the program does: every command, setting, situation and exit code."""

from __future__ import annotations

import re

import pytest

from agent import status
from agent.cli.frame import VERBS, verb
from agent.settings import Config
from tests import terminal_pictures
from tests.architecture.checkout import ROOT, modules
from tests.help_blocks import BLOCK, GUIDES, PAGES, refreshed

each_manual = pytest.mark.parametrize("language", PAGES)


@each_manual
def test_every_help_is_what_the_program_prints(language: str) -> None:
    page = PAGES[language].read_text()

    assert page == refreshed(page, language), "run `python -m tests.help_blocks`"


def test_every_picture_is_what_the_program_prints() -> None:
    stale = [
        path.name
        for path, wanted in terminal_pictures.drawn()
        if not path.exists() or path.read_text() != wanted
    ]

    assert stale == [], "run `python -m tests.terminal_pictures`"


@each_manual
def test_every_picture_is_shown_and_described(language: str) -> None:
    text = GUIDES[language].read_text() + PAGES[language].read_text()
    shown = re.findall(rf"!\[[^]]+\]\(pictures/{language}/([a-z-]+)\.svg\)", text)

    assert set(shown) == {path.stem for path, _ in terminal_pictures.drawn()}


@each_manual
def test_every_command_has_its_help_in_the_manual(language: str) -> None:
    shown = [block["verb"] for block in BLOCK.finditer(PAGES[language].read_text())]

    assert shown == list(VERBS)


@each_manual
def test_every_setting_is_in_the_manual(language: str) -> None:
    page = GUIDES[language].read_text()
    schema = Config.model_json_schema()["$defs"]
    settings = {name for section in schema.values() for name in section["properties"]}

    assert {name for name in settings if f"`{name}`" not in page} == set()


@each_manual
def test_every_situation_and_exit_code_is_in_the_manual(language: str) -> None:
    page = GUIDES[language].read_text()

    assert {one for one in status.EXIT_CODES if f"`{one}` | {status.EXIT_CODES[one]} |" not in page} == set()


@each_manual
def test_every_schema_is_in_the_manual(language: str) -> None:
    schemas = {getattr(verb(name), "SCHEMA", None) for name in VERBS} - {None}

    page = PAGES[language].read_text()

    assert {
        one for one in {*schemas, status.SCHEMA, "sinergi.status-report/1"} if f"`{one}`" not in page
    } == set()


def test_every_command_that_is_advised_exists() -> None:
    advised = {
        (path, match[1])
        for path in modules("agent", "connectors", "contract")
        for match in re.finditer(
            r"`(?:sudo )?sinergi ([a-z][a-z-]+(?: [a-z]+)?)\b[^`]*`", (ROOT / path).read_text()
        )
    }

    assert {one for one in advised if one[1] not in VERBS and one[1].split()[0] not in VERBS} == set()
