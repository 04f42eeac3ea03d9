"""The frame of all commands: which there are, how a line is read, and how a failure is told."""

from __future__ import annotations

import argparse
import os
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn, Protocol, cast

from contract.errors import ExplainedError
from contract.text import T
from sikd.cli.console import Console
from sikd.errors import BadSettings, CentreError
from sikd.language import Language

COMMANDS: Mapping[str, str] = {
    "migrate": "sikd.cli.migrate",
    "serve": "sikd.cli.serve",
    "status": "sikd.cli.status",
    "user add": "sikd.cli.user_add",
    "user password": "sikd.cli.user_password",
    "user close": "sikd.cli.user_close",
    "user open": "sikd.cli.user_open",
    "user list": "sikd.cli.user_list",
    "ticket issue": "sikd.cli.ticket_issue",
    "ticket list": "sikd.cli.ticket_list",
    "ticket withdraw": "sikd.cli.ticket_withdraw",
    "pemda find": "sikd.cli.pemda_find",
    "pemda schedule": "sikd.cli.pemda_schedule",
    "node list": "sikd.cli.node_list",
    "node propose": "sikd.cli.node_propose",
    "node approve": "sikd.cli.node_approve",
    "node reject": "sikd.cli.node_reject",
    "node revoke": "sikd.cli.node_revoke",
    "node snapshot": "sikd.cli.node_snapshot",
    "adk load": "sikd.cli.adk_load",
}
"""Every command and its module, in the order in which an operator meets them."""
NOT_DONE, USAGE = 1, 2

N_ = str
# The words that argparse itself says; it looks them up in the console's language.
_WORDS_OF_ARGPARSE = (
    N_("usage: "),
    N_("options"),
    N_("positional arguments"),
    N_("unrecognized arguments: %s"),
    N_("the following arguments are required: %s"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("expected one argument"),
    N_("invalid %(type)s value: %(value)r"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
)


class UsageError(CentreError):
    """The command line cannot be understood."""

    slug, code = "usage", "SIKD-E508"


class Command(Protocol):
    """What each module of a command offers."""

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


class _Parser(ArgumentParser):
    """A parser that explains a mistake as every other failure is explained."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(
            T("The command line was not understood: {why}.", why=message),
            remedy=T("See `{prog} --help`.", prog=self.prog),
        )


def command(name: str) -> Command:
    """The module of one command."""
    return cast(Command, import_module(COMMANDS[name]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    language, rest = _language(arguments)
    console = Console(language)
    try:
        return _run(rest, console)
    except ExplainedError as error:
        console.explain(error)
        return USAGE if isinstance(error, UsageError | BadSettings) else NOT_DONE


def parser_for(name: str, console: Console) -> ArgumentParser:
    """The parser of one command, with its help in the console's language."""
    _, module = console.translate, command(name)
    # argparse looks its own few words up under this name of its module.
    argparse._ = _  # type: ignore[attr-defined]
    parser = _Parser(
        prog=f"sikd {name}",
        description=module.summary(_),
        epilog=_("Example: {line}").format(line=module.EXAMPLE),
        allow_abbrev=False,
        add_help=False,
    )
    module.configure(parser, _)
    parser.add_argument("--json", action="store_true", help=_("print the result for scripts"))
    parser.add_argument(
        "--config", type=Path, metavar=_("FILE"), help=_("settings, else /etc/sikd/sikd.toml")
    )
    parser.add_argument("--lang", choices=list(Language), default=SUPPRESS, help=_("language to speak"))
    parser.add_argument("-h", "--help", action="help", help=_("show this help"))
    return parser


def _run(arguments: Sequence[str], console: Console) -> int:
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        console.say(_help_page(console))
        return 0 if arguments else USAGE
    if arguments[0] in {"--version", "version"}:
        from importlib.metadata import version

        console.say(f"sikd {version('sikd')}")
        return 0
    name, rest = _named(arguments)
    return command(name).execute(parser_for(name, console).parse_args(rest), console)


def _named(arguments: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The command that a line begins with (one word or two), and what follows it."""
    for length in (2, 1):
        name = " ".join(arguments[:length])
        if name in COMMANDS:
            return name, arguments[length:]
    raise UsageError(
        T("There is no command `sikd {words}`.", words=" ".join(arguments[:2])[:60]),
        remedy=T("Commands are: {names}.", names=", ".join(COMMANDS)),
    )


def _language(arguments: Sequence[str]) -> tuple[Language, list[str]]:
    """The language to speak, and the line without `--lang`, which may stand anywhere."""
    parser = ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    wanted = os.environ.get("SIKD_LANG", Language.ID)[:2]
    parser.add_argument("--lang", choices=list(Language), type=Language, default=None)
    try:
        known, rest = parser.parse_known_args(arguments)
    except argparse.ArgumentError:
        return Language.ID, list(arguments)
    return known.lang or (Language(wanted) if wanted in set(Language) else Language.ID), rest


def _help_page(console: Console) -> str:
    width = max(map(len, COMMANDS)) + 2
    return "\n".join(
        [
            console.words(T("SIKD: the centre that receives, verifies and authorises every Pemda's APBD.")),
            "",
            console.words(T("Commands:")),
            *(f"  {name:{width}}{command(name).summary(console.translate)}" for name in COMMANDS),
            "",
            console.words(
                T("Each has its own help: `sikd serve --help`. In English: --lang en, or SIKD_LANG=en.")
            ),
            console.words(T("Exit codes: 0 done, 1 not done, 2 not understood or wrongly set.")),
        ]
    )
