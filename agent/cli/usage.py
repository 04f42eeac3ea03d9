"""How help looks, and what becomes of a command line that cannot be understood."""

from __future__ import annotations

import argparse
from argparse import SUPPRESS, ArgumentParser
from collections.abc import Mapping
from typing import TYPE_CHECKING, NoReturn

from agent.errors import AccessApproved, AgentError, WaitingForMapping
from contract.errors import ExplainedError, NodeNotMapped
from contract.text import T

if TYPE_CHECKING:
    from agent.cli.console import Console
    from agent.cli.frame import Verb

N_ = str
# The words that argparse itself says; it looks them up in the console's language.
_WORDS_OF_ARGPARSE = (
    N_("usage: "),
    N_("options"),
    N_("positional arguments"),
    N_("unrecognized arguments: %s"),
    N_("the following arguments are required: %s"),
    N_("one of the arguments %s is required"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("expected one argument"),
    N_("ignored explicit argument %r"),
    N_("invalid %(type)s value: %(value)r"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("not allowed with argument %s"),
)

USAGE, DEGRADED, WAITING_FOR_CENTRE, WAITING_FOR_YOU = 2, 1, 4, 5


class UsageError(AgentError):
    """The command line cannot be understood."""

    slug, code = "usage", "SIKD-E450"


def exit_code_of(error: ExplainedError) -> int:
    """2 usage, 4 waiting for the centre, 1 where trying again helps, 5 where a person must act."""
    if isinstance(error, UsageError):
        return USAGE
    if isinstance(error, WaitingForMapping | NodeNotMapped | AccessApproved):
        return WAITING_FOR_CENTRE
    return DEGRADED if error.retry_helps else WAITING_FOR_YOU


class _Parser(ArgumentParser):
    """A parser that explains a mistake as every other failure is explained."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(
            T("The command line was not understood: {why}.", why=message),
            remedy=T("See `{prog} --help`.", prog=self.prog),
        )


def parser_for(name: str, verb: Verb, console: Console) -> ArgumentParser:
    """The parser of one verb, with its help in the console's language."""
    _ = console.translate
    # argparse looks its own few words up under this name of its module.
    argparse._ = _  # type: ignore[attr-defined]
    parser = _Parser(
        prog=f"sinergi {name}",
        description=verb.summary(_),
        epilog=_("Example: {command}").format(command=verb.EXAMPLE),
        allow_abbrev=False,
        add_help=False,
    )
    verb.configure(parser, _)
    if schema := getattr(verb, "SCHEMA", ""):
        help_text = _("for scripts; schema {schema}").format(schema=schema)
        parser.add_argument("--json", action="store_true", help=help_text)
    parser.add_argument("-h", "--help", action="help", help=_("show this help"))
    parser.add_argument("--lang", choices=["id", "en"], default=SUPPRESS, help=_("language to speak"))
    return parser


def help_page(verbs: Mapping[str, Verb], console: Console) -> str:
    """What `sinergi --help` prints: every verb with its line."""
    width = max(map(len, verbs)) + 2
    words = console.words
    return "\n".join(
        [
            words(T("Agen Sinergi SIKD: delivers a Pemda's ratified APBD to the SIKD of DJPK.")),
            "",
            words(T("Commands:")),
            *(f"  {name:{width}}{verb.summary(console.translate)}" for name, verb in verbs.items()),
            "",
            words(T("Each has its own help: `sinergi snapshot --help`. In English: add --lang en.")),
            words(
                T("Exit codes: 0 well, 1 degraded, 2 usage, 3 not running, 4 waiting for DJPK, 5 for you.")
            ),
            words(T("This service is free of charge. Help and complaints, DJPK:")),
            "  Telepon 150420 · WhatsApp 08111504207 · callcenter.djpk@kemenkeu.go.id",
        ]
    )
