"""All commands and their options as data, read off their parsers; completion and manual are made from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agent.cli.console import Console
from agent.cli.frame import VERBS, verb
from agent.cli.usage import parser_for


@dataclass(frozen=True, slots=True)
class Option:
    """One option, or an argument where `names` is empty."""

    names: tuple[str, ...]
    value: str
    """What stands behind it; empty where nothing does."""
    choices: tuple[str, ...]
    help: str
    required: bool = False
    is_file: bool = False
    """Whether a file is to be named, or a folder."""
    is_folder: bool = False
    """Whether it can only be a folder."""


@dataclass(frozen=True, slots=True)
class Command:
    """One verb as its help describes it."""

    name: str
    summary: str
    usage: str
    example: str
    options: tuple[Option, ...]
    arguments: tuple[Option, ...]

    @property
    def flags(self) -> list[str]:
        """Every way to write every option."""
        return [name for option in self.options for name in option.names]


def commands(console: Console) -> list[Command]:
    """Every command in the order of the help page, in the console's language."""
    return list(_commands(console))


def groups(found: list[Command]) -> dict[str, list[str]]:
    """The second words by the first, for commands of two words."""
    pairs = [command.name.split() for command in found if " " in command.name]
    return {first: [second for one, second in pairs if one == first] for first, _ in pairs}


def _commands(console: Console) -> Iterator[Command]:
    _ = console.translate
    file, folder = _("FILE"), _("FOLDER")
    for name in VERBS:
        parser = parser_for(name, verb(name), console)
        # argparse shows what it was told in no other way than by this list.
        options = [
            Option(
                tuple(action.option_strings),
                "" if action.nargs == 0 else str(action.metavar or action.dest.upper()),
                tuple(map(str, action.choices or ())),
                (action.help or "").replace("%%", "%"),
                action.nargs != "?",
                action.metavar in {file, folder},
                action.metavar == folder,
            )
            for action in parser._actions  # noqa: SLF001
        ]
        yield Command(
            name,
            verb(name).summary(console.translate),
            " ".join(parser.format_usage().split()[1:]),
            verb(name).EXAMPLE,
            tuple(option for option in options if option.names),
            tuple(option for option in options if not option.names),
        )
