"""The frame of all commands: which verbs there are, how a line is read, and how a failure is told.

Only the module of the verb that was asked for is loaded, and a verb loads what it needs when it runs.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Protocol, cast

from agent.cli.console import Console
from agent.cli.usage import UsageError, exit_code_of, help_page, parser_for
from agent.i18n import LANGUAGES, language_of, translator
from contract.errors import ExplainedError
from contract.text import T

VERBS: Mapping[str, str] = {
    "init": "agent.cli.init",
    "enrol": "agent.cli.enrol",
    "status": "agent.cli.status",
    "doctor": "agent.cli.doctor",
    "logs": "agent.cli.logs",
    "support-bundle": "agent.cli.support_bundle",
    "source probe": "agent.cli.source_probe",
    "source preview": "agent.cli.source_preview",
    "source grants": "agent.cli.source_grants",
    "snapshot": "agent.cli.snapshot",
    "push": "agent.cli.push",
    "run": "agent.cli.run",
    "receipt show": "agent.cli.receipt_show",
    "receipt verify": "agent.cli.receipt_verify",
    "adk export": "agent.cli.adk_export",
    "adk receipt": "agent.cli.adk_receipt",
    "access set": "agent.cli.access_set",
    "access approve": "agent.cli.access_approve",
    "access status": "agent.cli.access_status",
    "access test": "agent.cli.access_test",
    "identity show": "agent.cli.identity_show",
    "identity confirm": "agent.cli.identity_confirm",
    "identity new": "agent.cli.identity_new",
    "identity rotate": "agent.cli.identity_rotate",
    "completion": "agent.cli.completion",
    "manual": "agent.cli.manual",
    "version": "agent.cli.version",
}
"""Every verb and the module that does it, in the order in which people meet them."""


class Verb(Protocol):
    """What each module of a verb offers; one that answers scripts names the SCHEMA of its --json."""

    EXAMPLE: str

    def summary(self, _: Callable[[str], str], /) -> str:
        """What this command does, in one line."""
        ...

    def configure(self, parser: ArgumentParser, _: Callable[[str], str], /) -> None:
        """Add this command's options."""
        ...

    def execute(self, options: Namespace, console: Console, /) -> int:
        """Do it and return the exit code; raises ExplainedError."""
        ...


def verb(name: str) -> Verb:
    """The module of one verb."""
    return cast(Verb, import_module(VERBS[name]))


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run one command line and return its exit code."""
    language, rest = _language(arguments, environment)
    console = Console(
        language, environment, translator(language), sys.stdout, sys.stderr, asks=sys.stdin.isatty()
    )
    try:
        return _run(rest, console)
    except ExplainedError as error:
        console.explain(error)
        return exit_code_of(error)


def _run(arguments: Sequence[str], console: Console) -> int:
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        console.say(help_page({name: verb(name) for name in VERBS}, console))
        return 0 if arguments else 2
    if group := _group(arguments):
        console.say(help_page({name: verb(name) for name in group}, console))
        return 0 if arguments[1:] else 2
    if arguments[0] == "--version":
        arguments = ["version"]
    name, rest = _named(arguments)
    parser = parser_for(name, verb(name), console)
    console = replace(console, command=" ".join(["sinergi", *arguments]))
    return verb(name).execute(parser.parse_args(rest), console)


def _group(arguments: Sequence[str]) -> list[str]:
    """The commands that begin with this one word, where a line holds nothing more or asks for help."""
    if list(arguments[1:]) not in [[], ["-h"], ["--help"]]:
        return []
    return [name for name in VERBS if name.startswith(f"{arguments[0]} ")]


def _named(arguments: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The verb that a line begins with (one word or two), and what follows it."""
    for length in (2, 1):
        name = " ".join(arguments[:length])
        if name in VERBS:
            return name, arguments[length:]
    raise _no_such(arguments)


def _no_such(arguments: Sequence[str]) -> UsageError:
    if near := _nearest(arguments):
        return UsageError(
            T("There is no command `sinergi {words}`.", words=" ".join(arguments[:2])[:60]),
            remedy=T("Did you mean `sinergi {name}`?", name=near),
        )
    offered = [name for name in VERBS if name.split()[0] == arguments[0]] or list(VERBS)
    return UsageError(
        T("There is no command `sinergi {words}`.", words=" ".join(arguments[:2])[:60]),
        remedy=T("Commands are: {names}.", names=", ".join(offered)),
    )


def _nearest(arguments: Sequence[str]) -> str:
    """The command that was meant, most likely; empty where none is near."""
    import difflib

    for words in (arguments[:2], arguments[:1]):
        if near := difflib.get_close_matches(" ".join(words), list(VERBS), n=1, cutoff=0.75):
            return near[0]
    return ""


def _language(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[str, list[str]]:
    """The language to speak, and the line without `--lang`, which may stand anywhere."""
    rest, language = list(arguments), language_of(environment)
    for place, word in enumerate(arguments):
        if word == "--lang" and arguments[place + 1 : place + 2] and arguments[place + 1] in LANGUAGES:
            del rest[place : place + 2]
            return arguments[place + 1], rest
        if word.startswith("--lang=") and word[7:] in LANGUAGES:
            del rest[place]
            return word[7:], rest
    return language, rest
