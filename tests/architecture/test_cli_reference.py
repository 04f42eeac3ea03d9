"""The manuals promise a schema and exit codes for every command, and the same ones in both languages."""

from __future__ import annotations

import pytest

from agent.cli.frame import VERBS, verb
from agent.cli.outline import commands
from tests.cli_reference import fields, promises
from tests.help_blocks import PAGES

each_manual = pytest.mark.parametrize("language", PAGES)
# Their module states more than one schema, or another module's.
ELSEWHERE = {"status": "sinergi.status-report/1", "access test": "sinergi.probe/1"}


@each_manual
def test_every_command_has_its_row(language: str) -> None:
    assert list(promises(language)) == list(VERBS)


@each_manual
def test_the_schema_of_a_command_is_the_one_it_writes(language: str) -> None:
    written = {name: ELSEWHERE.get(name) or getattr(verb(name), "SCHEMA", None) for name in VERBS}

    assert {name: promise.schema for name, promise in promises(language).items()} == written


@each_manual
def test_every_schema_of_a_command_has_its_fields(language: str) -> None:
    schemas = {promise.schema for promise in promises(language).values()} - {None}

    assert {schema for schema in schemas if not fields(language).get(str(schema))} == set()


def test_a_command_takes_json_where_a_schema_is_promised() -> None:
    import sys

    from agent.cli.console import Console

    console = Console("en", {}, str, sys.stdout, sys.stderr, asks=False)
    takes_it = {command.name for command in commands(console) if "--json" in command.flags}

    assert takes_it == {name for name, promise in promises("en").items() if promise.schema}


def test_both_languages_promise_the_same() -> None:
    assert promises("en") == promises("id")
    assert {name: set(found) for name, found in fields("en").items()} == {
        name: set(found) for name, found in fields("id").items()
    }
