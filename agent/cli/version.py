"""`sinergi version`: which version this is."""

from __future__ import annotations

import platform
from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from agent.cli.console import Console

EXAMPLE = "sinergi version"
SCHEMA = "sinergi.version/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Which version this is.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """It has no options of its own."""


def execute(options: Namespace, console: Console) -> int:
    """Print the version."""
    from importlib.metadata import version

    if options.json:
        console.document(
            {"schema": SCHEMA, "sinergi": version("sinergi"), "python": platform.python_version()}
        )
    else:
        console.say(f"sinergi {version('sinergi')}")
    return 0
