"""Taking one answer of `sinergi init`: judged at once, and asked for again while the person is there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from agent.cli.console import Console
from contract.errors import ExplainedError
from contract.text import T, Text

Answers = dict[str, str]
"""An answer an option; empty where there is none."""
Settings = dict[str, int | str]
"""What was answered before, by its name in the section of the question."""
_MOST_TRIES = 5
_WHOLE_NUMBER = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Question:
    """One setting: its option, its section and name in agent.toml, and how it is asked."""

    option: str
    section: str
    name: str
    metavar: str
    text: Text
    default: str = ""
    required: bool = False
    asked: bool = True
    whole_number: bool = False
    with_next: bool = False
    """Whether it belongs together with the next one, so that the two are compared after that."""


def told(question: Question, answer: str, beside: Settings) -> str:
    """An answer from the command line; raises an ExplainedError where it cannot be right."""
    if error := _mistake(question, answer, beside, Text("--{option}", {"option": question.option})):
        raise error
    return _completed(question, answer, beside)


def typed(question: Question, default: str, beside: Settings, console: Console) -> str:
    """An answer from the person, who is told of a mistake and asked again; raises once that goes on."""
    for tries in range(1, _MOST_TRIES + 1):
        answer = console.ask(question.text, default=default)
        error = _mistake(question, answer, beside, question.text)
        if error is None:
            break
        if tries == _MOST_TRIES:
            raise error
        console.note(T("✗ {problem}", problem=error.problem))
        console.note(T("  → {remedy}", remedy=error.remedy))
    return _completed(question, answer, beside)


def whole_path(text: str) -> str:
    """A path that holds from wherever the agent is started; none stays none."""
    return str(Path(text).absolute()) if text else ""


def _completed(question: Question, answer: str, beside: Settings) -> str:
    is_file = question.option == "ca-file" or (
        question.option == "database" and beside.get("engine") == "sqlite"
    )
    return whole_path(answer) if is_file else answer


def _mistake(question: Question, answer: str, beside: Settings, what: Text) -> ExplainedError | None:
    """What is wrong with an answer, in itself or beside those before it."""
    if not answer:
        return (
            _refused(question, what, T("it is empty"), T("An answer is needed."))
            if question.required
            else None
        )
    if question.whole_number and not _WHOLE_NUMBER.fullmatch(answer):
        return _refused(
            question, what, T("it is no whole number"), T("Write digits alone, for example 2026.")
        )
    return _unknown(question, answer, beside) or _not_accepted(question, answer, beside, what)


def _unknown(question: Question, answer: str, beside: Settings) -> ExplainedError | None:
    from connectors.interface import UnknownSource
    from connectors.registry import GENERIC, SHIPPED, require_application, require_engine

    try:
        if question.option == "application":
            require_application(answer)
        # A connector from outside may know engines of its own.
        if question.option == "engine" and beside.get("application") in {GENERIC, *SHIPPED}:
            require_engine(answer)
    except UnknownSource as error:
        return error
    return None


def _not_accepted(question: Question, answer: str, beside: Settings, what: Text) -> ExplainedError | None:
    """The mistake that reading agent.toml would find."""
    from agent.config import wrong_in

    settings = {**beside, question.name: int(answer) if question.whole_number else answer}
    wrong = wrong_in(question.section, settings, question.name, alone=question.with_next)
    return _refused(question, what, wrong.why, wrong.remedy) if wrong else None


def _refused(question: Question, what: Text, why: Text, remedy: Text) -> ExplainedError:
    from agent.errors import ConfigError

    return ConfigError(
        T("{what}: {why}.", what=what, why=why), remedy=remedy, key=f"{question.section}.{question.name}"
    )
