"""Errors say what happened and what to do, and their tree is the one that is drawn."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Iterator

import pytest

from contract import errors
from contract.errors import (
    ContractError,
    ExplainedError,
    MalformedMessage,
    RefusedByCentre,
    StaleSequence,
)
from contract.text import T, Text


def tree(root: type[ExplainedError], depth: int = 0) -> Iterator[tuple[int, str]]:
    """The classes of this module below `root`, each with its depth; other rooms draw their own trees."""
    yield depth, root.__name__
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from tree(child, depth + 1)


ALL = [getattr(errors, name) for _, name in tree(ExplainedError)]


def test_the_tree_is_drawn_as_it_grows() -> None:
    lines = re.findall(r"^((?:│   |├── |└── |    )*)([A-Z]\w+)  ", str(errors.__doc__), re.MULTILINE)

    drawn = [(len(branches) // 4, name) for branches, name in lines]

    assert drawn == list(tree(ExplainedError))


@pytest.mark.parametrize("field", ["slug", "code"])
def test_no_two_errors_share_a_name(field: str) -> None:
    names = [getattr(error, field) for error in ALL]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.slug)
def test_an_error_has_the_code_and_the_status_of_its_branch(error: type[ExplainedError]) -> None:
    digit = "1" if issubclass(error, ContractError) else "2" if issubclass(error, RefusedByCentre) else "0"

    assert re.fullmatch(rf"SIKD-E{digit}[0-9][0-9]", error.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", error.slug)
    assert 400 <= error.status < 500 or error is ExplainedError


def test_sending_malformed_bytes_again_never_helps() -> None:
    hopeful = [error for error in ALL if issubclass(error, ContractError) and error.retry_helps]

    assert hopeful == []


@pytest.mark.parametrize("copied", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])  # noqa: S301
def test_an_error_comes_whole_out_of_a_child_process(copied: object) -> None:
    error = StaleSequence(T("sequence {number} is old", number=3), remedy=T("Ask."))

    twin = copied(error)  # type: ignore[operator]

    assert type(twin) is StaleSequence
    assert (twin.problem, twin.remedy) == (error.problem, error.remedy)


def test_an_error_reads_as_what_happened_and_what_to_do() -> None:
    error = MalformedMessage(T("The message was refused: {why}.", why=T("it is not UTF-8")), remedy=T("Ask."))

    assert str(error) == "The message was refused: it is not UTF-8. Ask."


def test_a_sentence_inside_a_sentence_is_translated_too() -> None:
    answers = {"refused: {why}": "ditolak: {why}", "not UTF-8": "bukan UTF-8"}
    sentence = T("refused: {why}", why=T("not UTF-8"))

    assert sentence.translated(answers.__getitem__) == "ditolak: bukan UTF-8"


def test_a_value_that_is_missing_shows_as_its_name() -> None:
    # Values travel on the wire, and a page must not break over one that a node left out.
    assert str(Text("{rows} rows of {table}", {"rows": 3})) == "3 rows of {table}"


def test_braces_in_a_value_are_only_text() -> None:
    assert str(T("it is {name}", name="{rows.__class__}")) == "it is {rows.__class__}"
