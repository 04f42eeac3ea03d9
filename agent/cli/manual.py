"""`sinergi manual`: the manual page, made from what each command says of itself."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from agent.cli.console import Console
from contract.text import T, Text

if TYPE_CHECKING:
    from agent.cli.outline import Command, Option

EXAMPLE = "sinergi manual | man -l -"
_EXIT_CODES = (
    (0, T("healthy; nothing to do")),
    (1, T("degraded: trying again helps, for example where the centre or the database is down")),
    (2, T("the command line cannot be understood")),
    (3, T("the agent is not running")),
    (4, T("waiting for DJPK, for example for the mapping of this node")),
    (5, T("waiting for you, for example for a password or an enrolment")),
)
_VARIABLES = (
    ("SINERGI_CONFIG", T("another place of agent.toml")),
    ("SINERGI_LANG", T("the language to speak: id or en")),
)
_FILES = (
    ("/etc/sinergi/agent.toml", T("the settings")),
    ("/var/lib/sinergi", T("keys, outbox and receipts; for the service user alone")),
    ("/run/sinergi/status.json", T("what `sinergi status` shows; for everyone")),
)


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("The manual page, for `man`.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """It has no options of its own."""


def execute(_: Namespace, console: Console) -> int:
    """Print the page in troff, in the console's language."""
    from agent.cli.outline import commands

    console.say("\n".join(page(commands(console), console)))
    return 0


def page(found: list[Command], console: Console) -> Iterator[str]:
    """The lines of the page."""
    say = console.words
    yield '.TH SINERGI 1 "" "Agen Sinergi SIKD"'
    yield from _section(say(T("NAME")))
    purpose = say(T("delivers the ratified APBD of a Pemda to the SIKD of DJPK"))
    yield rf"sinergi \- {_text(purpose)}"
    yield from _section(say(T("SYNOPSIS")))
    verb, option = say(T("command")), say(T("option"))
    yield rf"\fBsinergi\fR \fI{verb}\fR [\fI{option}\fR ...] [\fB\-\-lang\fR \fIid\fR|\fIen\fR]"
    yield from _section(say(T("COMMANDS")))
    for command in found:
        yield from _command(command, say(T("Example")))
    yield from _section(say(T("EXIT STATUS")))
    yield from _listed([(str(code), meaning) for code, meaning in _EXIT_CODES], console)
    yield from _section(say(T("ENVIRONMENT")))
    yield from _listed(_VARIABLES, console)
    yield from _section(say(T("FILES")))
    yield from _listed(_FILES, console)
    yield from _section(say(T("HELP AND COMPLAINTS")))
    yield _text(say(T("This service is free of charge. Help and complaints, DJPK:")))
    yield "Telepon 150420, WhatsApp 08111504207, callcenter.djpk@kemenkeu.go.id"


def _section(name: str) -> Iterator[str]:
    yield f".SH {_quoted(name)}"


def _command(command: Command, example: str) -> Iterator[str]:
    yield f".SS {_quoted(f'sinergi {command.name}')}"
    yield _text(command.summary)
    yield ".PP"
    yield rf"\fB{_text(command.usage)}\fR"
    for option in (*command.arguments, *command.options):
        yield ".TP"
        yield _heading(option)
        yield _text(option.help)
    yield ".PP"
    yield rf"{_text(example)}: \fB{_text(command.example)}\fR"


def _heading(option: Option) -> str:
    names = ", ".join(rf"\fB{_text(name)}\fR" for name in option.names)
    value = rf"\fI{_text(option.value)}\fR" if option.value else ""
    return " ".join(filter(None, (names, value)))


def _listed(rows: tuple[tuple[str, Text], ...] | list[tuple[str, Text]], console: Console) -> Iterator[str]:
    for name, meaning in rows:
        yield ".TP"
        yield rf"\fB{_text(name)}\fR"
        yield _text(console.words(meaning))


def _text(text: str) -> str:
    """Words for troff, in which a backslash, a leading dot and a hyphen mean something."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("`", r"\(ga").replace("…", "...")
    return rf"\&{escaped}" if escaped.startswith((".", "'")) else escaped


def _quoted(text: str) -> str:
    return f'"{_text(text)}"'
