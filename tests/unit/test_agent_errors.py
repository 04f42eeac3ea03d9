"""The errors of a node: the tree at the top of their file is the real one, and every code is one error."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import agent.errors
import connectors.interface
import contract.errors
from agent.errors import AgentError
from contract.errors import ExplainedError


def drawn() -> Iterator[tuple[int, str]]:
    """(depth, name) of each line of the drawing."""
    text = agent.errors.__doc__ or ""
    for line in text.splitlines():
        if match := re.match(r"([│├└─ ]*)(\w+)(?: {2,}|$)", line):
            yield len(match[1]) // 4, match[2]


def below(kind: type[ExplainedError], depth: int = 0) -> Iterator[tuple[int, str]]:
    """(depth, name) of each class, in the order in which they were written."""
    yield depth, kind.__name__
    for child in kind.__subclasses__():
        if child.__module__ == "agent.errors":
            yield from below(child, depth + 1)


def every_kind(kind: type[ExplainedError] = ExplainedError) -> Iterator[type[ExplainedError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from every_kind(child)


def test_the_tree_is_drawn_as_it_is() -> None:
    assert list(drawn()) == list(below(AgentError))


def test_every_code_and_slug_is_one_error() -> None:
    rooms = {module.__name__ for module in (agent.errors, connectors.interface, contract.errors)}
    kinds = [kind for kind in every_kind() if kind.__module__ in rooms]

    # A busy centre is one error, with or without the time that it asks for.
    codes = Counter(kind.code for kind in kinds if kind.__name__ != "CentreBusy")

    assert [code for code, count in codes.items() if count > 1] == []


def test_codes_of_a_node_begin_with_four() -> None:
    assert all(re.fullmatch("SIKD-E4[0-9]{2}", kind.code) for kind in every_kind(AgentError))
