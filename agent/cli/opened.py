"""A node opened for one command, as the service user and with the system's clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from agent.cli.console import Console
from agent.cli.service_user import become_service_user, environment_for_vault
from agent.node import Node, open_node


def clock() -> datetime:
    """The time of this server, in UTC."""
    return datetime.now(UTC)


@contextmanager
def opened(console: Console) -> Iterator[Node]:
    """This server's node; raises an ExplainedError where it is not set up or not this user's."""
    become_service_user(console)
    with open_node(environment_for_vault(console), clock) as node:
        yield node


@contextmanager
def telling(console: Console) -> Iterator[Node]:
    """The same for a command that changes something: afterwards `sinergi status` knows, however it ended."""
    from agent.service.retelling import retell

    with opened(console) as node:
        try:
            yield node
        finally:
            retell(node)
