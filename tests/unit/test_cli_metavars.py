"""What stands for a value in help is in the reader's language too, in both programs."""

from __future__ import annotations

import argparse
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO

import pytest

from agent.cli import frame, usage
from agent.cli.console import Console
from agent.cli.outline import commands
from agent.i18n import translator
from sikd.cli import frame as centre_frame
from sikd.cli.console import Console as CentreConsole
from sikd.language import Language


def marked(text: str) -> str:
    """Shows what went through the catalogue."""
    return f"«{text}»"


@pytest.fixture(autouse=True)
def words_of_argparse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(argparse, "_", str, raising=False)


@pytest.fixture
def console() -> Console:
    return Console("id", {}, translator("id"), StringIO(), StringIO(), asks=False)


def unmarked(parser: ArgumentParser) -> Iterator[tuple[str, object]]:
    """The options with a value whose name in help did not go through the catalogue."""
    for action in parser._actions:  # noqa: SLF001 - argparse shows what it was told in no other way
        is_named = action.nargs != 0 and not action.choices
        if is_named and not str(action.metavar).startswith("«"):
            yield parser.prog, action.option_strings or action.dest


@pytest.mark.parametrize("name", frame.VERBS)
def test_every_value_of_the_agents_commands_is_named_by_the_catalogue(name: str, console: Console) -> None:
    parser = usage.parser_for(name, frame.verb(name), replace(console, translate=marked))

    assert list(unmarked(parser)) == []


@pytest.mark.parametrize("name", centre_frame.COMMANDS)
def test_every_value_of_the_centres_commands_is_named_by_the_catalogue(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    console = CentreConsole(Language.ID)
    monkeypatch.setattr(CentreConsole, "translate", lambda _, sentence: marked(sentence))

    assert list(unmarked(centre_frame.parser_for(name, console))) == []


def test_completion_knows_a_file_and_a_folder_in_either_language(console: Console) -> None:
    english = replace(console, language="en", translate=translator("en"))

    indonesian, other = (
        [(option.names, option.is_file, option.is_folder) for command in found for option in command.options]
        for found in (commands(console), commands(english))
    )

    assert indonesian == other
    assert (("--state-dir",), True, True) in indonesian
    assert (("--ticket-file",), True, False) in indonesian
