"""Whatever a person may see has an Indonesian answer, with every value in its place."""

from __future__ import annotations

import ast
import re

import pytest
from babel.messages import Message

from tests.architecture.checkout import ROOMS, ROOT, modules
from tests.translations import DOMAINS, Domain, compiled

PLACEHOLDER = re.compile(r"(?<!\{)\{\w[^{}]*\}(?!\})|%(?:\(\w+\))?[sdr]")

every_catalogue = pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.name)


def sentences(domain: Domain) -> list[Message]:
    return [message for message in domain.answered() if message.id]


def forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [text or ""] if text is None or isinstance(text, str) else list(text)


@every_catalogue
def test_every_sentence_of_the_code_is_in_the_catalogue(domain: Domain) -> None:
    catalogue = {(message.id, message.context) for message in sentences(domain)}

    missing = {
        (where, english) for where, english, context in domain.said() if (english, context) not in catalogue
    }

    assert missing == set()


@every_catalogue
def test_every_sentence_has_an_answer(domain: Domain) -> None:
    unanswered = [
        message.id for message in sentences(domain) if message.fuzzy or not all(forms(message.string))
    ]

    assert unanswered == []


@every_catalogue
def test_nobody_is_told_to_be_another_user(domain: Domain) -> None:
    # A person types sudo; the command becomes the service user by itself.
    said = [str(message.id) for message in sentences(domain) if "as the service user" in str(message.id)]

    assert [each for each in said if not each.startswith("Continuing")] == []


@every_catalogue
def test_every_answer_keeps_the_values_of_its_sentence(domain: Domain) -> None:
    changed = {
        answer: forms(message.id)[-1]
        for message in sentences(domain)
        for answer in forms(message.string)
        if answer and set(PLACEHOLDER.findall(answer)) != set(PLACEHOLDER.findall(forms(message.id)[-1]))
    }

    assert changed == {}


@every_catalogue
def test_the_compiled_catalogue_is_fresh(domain: Domain) -> None:
    assert domain.mo.read_bytes() == compiled(domain.answered()), "run `make translations`"


def test_a_sentence_is_written_where_it_is_said() -> None:
    # Only a literal is found by the extraction; T(variable) would stay English without anyone noticing.
    hidden = [
        f"{path}:{node.lineno}"
        for path in modules(*ROOMS)
        for node in ast.walk(ast.parse((ROOT / path).read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "T"
        if not (node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str))
    ]

    assert hidden == []
