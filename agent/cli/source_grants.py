"""`sinergi source grants`: the statements that make an account which can only read."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.cli.console import Console
from agent.cli.usage import UsageError
from contract.text import T

if TYPE_CHECKING:
    from connectors.interface import Access

EXAMPLE = "sudo sinergi source grants > grants.sql"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Print the statements that make a database account which can only read.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options; each stands in for what agent.toml says, or does not say."""
    parser.add_argument("--application", metavar=_("NAME"), help=_("Finance application"))
    parser.add_argument(
        "--engine", metavar=_("ENGINE"), help=_("Database engine: mysql, postgresql or sqlite")
    )
    parser.add_argument("--host", metavar=_("HOST"), help=_("Database host"))
    parser.add_argument("--database", metavar=_("NAME"), help=_("Name of the database, or file of sqlite"))
    parser.add_argument("--user", metavar=_("USER"), help=_("Database account that can only read"))


def execute(options: Namespace, console: Console) -> int:
    """Print the script; nothing is asked of the database."""
    from connectors.engine import PASSWORD
    from connectors.registry import grants_script

    access = _access(options, console)
    script = grants_script(access)
    console.say(script.rstrip())
    if PASSWORD not in script:
        console.note(T("Run this on this server as root: it lets the service user read the file."))
        return 0
    console.note(
        T(
            "Give this to the administrator of the database; write one password in place of every {mark}."
            " It may be run again, to set another password. A file with the password in it is to be removed"
            " afterwards.",
            mark=PASSWORD,
        )
    )
    if "@'%'" in script:
        console.note(
            T("'%' lets {user} sign in from every host: write this server's address there.", user=access.user)
        )
    return 0


def _access(options: Namespace, console: Console) -> Access:
    """What agent.toml says, and over it what the options say."""
    from connectors.engine import ACCOUNT

    said = {
        name: value
        for name in ("application", "engine", "host", "database", "user")
        if (value := getattr(options, name)) is not None
    }
    access = replace(_configured(options, console), **said)
    return replace(access, user=access.user or ACCOUNT)


def _configured(options: Namespace, console: Console) -> Access:
    """The access of agent.toml; where it has none (as after `init --mobile`) the options must say it all."""
    from agent.config import load
    from agent.paths import locate
    from connectors.interface import Access

    database = load(locate(console.environment).config_file).database
    if database is None:
        _require_told(options)
        return Access(options.application or "wp-sipd", options.engine, options.database)
    return Access(
        application=database.application,
        engine=database.engine,
        database=database.database,
        host=database.host,
        user=database.user,
        options=dict(database.options),
    )


def _require_told(options: Namespace) -> None:
    needed = ("engine", "database") if options.engine == "sqlite" else ("engine", "host", "database")
    if missing := [f"--{name}" for name in needed if getattr(options, name) is None]:
        raise UsageError(
            T("agent.toml names no database, so these options are needed: {options}.",
              options=", ".join(missing)),
            remedy=T(
                "Name what will be entered in Sinergi Mobile, for example:"
                " `sinergi source grants --engine mysql --host 127.0.0.1 --database sipd`."
            ),
        )  # fmt: skip
