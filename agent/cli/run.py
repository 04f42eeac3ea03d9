"""`sinergi run`: the agent as a service."""

from __future__ import annotations

import logging
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from agent.cli.console import Console

if TYPE_CHECKING:
    from agent.status import Facts

EXAMPLE = "sinergi run"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Run as a service: check in, take snapshots on schedule, deliver; systemd starts this.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    parser.add_argument("--once", action="store_true", help=_("one round of everything, then end"))


def execute(options: Namespace, console: Console) -> int:
    """Run until told to stop; with --once return what `sinergi status` would."""
    from agent.cli.service_user import become_service_user, environment_for_vault
    from agent.service.daemon import Daemon

    become_service_user(console)
    if options.once and sys.stderr.isatty():
        # A person reads the sentences at the end; the lines are for a log.
        logging.getLogger().addHandler(logging.NullHandler())
    else:
        _log_to(sys.stderr.fileno())
    daemon = Daemon(environment_for_vault(console), patient=not options.once)
    if options.once:
        return _say(daemon.once(), console)
    if not daemon.run():
        # A job is waiting for a line or a database. All it has done so far is on the disk, and the process
        # that reads the database ends with this one.
        os._exit(0)
    return 0


def _say(facts: Facts, console: Console) -> int:
    """What `sinergi status` says first and last, and its exit code."""
    from agent import status
    from agent.cli.status_screen import sentences

    found = status.situations(facts, alive=True)
    console.say(sentences(facts, found, console.translate, console.language))
    return status.exit_code(found)


def _log_to(descriptor: int) -> None:
    from agent.journal import EventFormatter, LineHandler

    handler = LineHandler(os.dup(descriptor))
    handler.setFormatter(EventFormatter("%(message)s"))
    logging.getLogger().addHandler(handler)
    # Until the settings are read: what keeps the agent from that has to be in the log as well.
    logging.getLogger("sinergi").setLevel(logging.INFO)
