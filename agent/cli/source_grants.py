"""`sinergi source grants`: the statements that make an account which can only read."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from agent.cli.console import Console
from contract.text import T

EXAMPLE = "sinergi source grants > grants.sql"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Print the statements that make a database account which can only read.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """This command has no options of its own."""


def execute(options: Namespace, console: Console) -> int:  # noqa: ARG001 - every verb is called alike
    """Print the script; nothing is asked of the database."""
    from agent.config import load, required_database
    from agent.paths import locate
    from connectors.interface import Access
    from connectors.registry import grants_script

    database = required_database(load(locate(console.environment).config_file))
    access = Access(
        application=database.application,
        engine=database.engine,
        database=database.database,
        options=dict(database.options),
    )
    console.say(grants_script(access).rstrip())
    console.note(T("Give this to the administrator of the database; replace the password in it."))
    return 0
