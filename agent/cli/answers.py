"""What `sinergi init` asks, what is answered where nobody is asked, and the agent.toml that follows."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from agent.cli.asking import Answers, Question, Settings, told, typed, whole_path
from agent.cli.console import Console
from agent.cli.former import Former
from agent.cli.usage import UsageError
from contract.text import T

_HEAD = ("# Settings of the agent; agent.toml.example explains each of them.", "# No password belongs here.")
N_ = str  # what stands for a value in help, which translates it

QUESTIONS: tuple[Question, ...] = (
    Question("centre-url", "centre", "url", N_("URL"), T("Address of the centre (https://…)"), required=True),
    Question(
        "centre-key", "centre", "key", N_("FINGERPRINT"), T("Fingerprint of the centre's key, if you know it")
    ),
    Question("ca-file", "centre", "ca_file", N_("FILE"), T("CA file for TLS to the centre"), asked=False),
    Question("proxy", "centre", "proxy", N_("URL"), T("address of a proxy"), asked=False),
    Question("proxy-user", "centre", "proxy_user", N_("USER"), T("user name at the proxy"), asked=False),
    Question("tahun", "apbd", "tahun", N_("YEAR"), T("Budget year"), required=True, whole_number=True),
    Question(
        "nomor-perda",
        "apbd",
        "nomor_perda",
        N_("NUMBER"),
        T("Number of the Perda APBD (may stay empty for now)"),
        with_next=True,
    ),
    Question(
        "tanggal-perda",
        "apbd",
        "tanggal_perda",
        N_("DATE"),
        T("Date of the Perda, like 2025-12-30 (may stay empty)"),
    ),
    Question(
        "kode-pemda",
        "apbd",
        "kode_pemda",
        N_("KODE"),
        T("kode Pemda that you expect, like 11.10"),
        asked=False,
    ),
    Question(
        "application",
        "database",
        "application",
        N_("NAME"),
        T("Finance application"),
        "wp-sipd",
        required=True,
    ),
    Question(
        "engine",
        "database",
        "engine",
        N_("ENGINE"),
        T("Database engine: mysql, postgresql or sqlite"),
        "mysql",
    ),
    Question("host", "database", "host", N_("HOST"), T("Database host"), "127.0.0.1"),
    Question("port", "database", "port", N_("PORT"), T("database port"), asked=False, whole_number=True),
    Question(
        "database",
        "database",
        "database",
        N_("NAME"),
        T("Name of the database, or file of sqlite"),
        required=True,
    ),
    Question("user", "database", "user", N_("USER"), T("Database account that can only read")),
    Question(
        "tls",
        "database",
        "tls",
        N_("MODE"),
        T("TLS to the database: disable, prefer, require, verify"),
        asked=False,
    ),
    Question(
        "state-dir", "paths", "state_dir", N_("FOLDER"), T("where the agent keeps its state"), asked=False
    ),
    Question(
        "run-dir",
        "paths",
        "run_dir",
        N_("FOLDER"),
        T("where the agent keeps what lives while it runs"),
        asked=False,
    ),
)
"""Everything that `sinergi init` may be told, in the order in which it asks."""
_SECTIONS = tuple(dict.fromkeys(question.section for question in QUESTIONS))
_SERVER_ONLY = {"host", "user"}


def asked(
    options: Namespace,
    console: Console,
    *,
    today: datetime,
    without: str | None = None,
    former: Former = Former(),  # noqa: B008 - it cannot change
) -> Answers:
    """An answer a question: from its option, from the person, from before, or its default; raises UsageError.

    Nothing is asked for the section `without`, nor where the centre is, once that is known.
    """
    quiet = options.yes or not console.asks
    answers: Answers = {}
    answers |= {question.option: "" for question in QUESTIONS if question.section == without}
    for question in (each for each in QUESTIONS if each.section != without):
        default = _default(question, answers, today, former)
        given = getattr(options, question.option.replace("-", "_"))
        if given is not None:
            answers[question.option] = told(question, given, _beside(question, answers))
        elif _is_asked(question, former) and not quiet and _applies(question, answers):
            answers[question.option] = typed(question, default, _beside(question, answers), console)
        else:
            answers[question.option] = default
    if not quiet and answers["nomor-perda"] and not answers["tanggal-perda"]:
        console.note(T("A number without a date is not kept; fill in both in [apbd] once you have them."))
        answers["nomor-perda"] = ""
    missing = [
        f"--{question.option}"
        for question in QUESTIONS
        if question.required and question.section != without and not answers[question.option]
    ]
    if missing:
        raise UsageError(
            T("Answers are missing: {options}.", options=", ".join(missing)),
            remedy=T("Give them as options, or run the command on a terminal, where it asks."),
        )
    return answers


def settings_of(answers: Answers, options: Sequence[str], former: Former = Former()) -> str:  # noqa: B008
    """The text of agent.toml; whether it is right is for `agent.config.load` to say."""
    kept = former.options(answers["application"], answers["engine"])
    return "\n".join([*_HEAD, *_sections(answers), *_options([*kept, *options]), former.untouched()]) + "\n"


def _is_asked(question: Question, former: Former) -> bool:
    return question.asked and not (question.section == "centre" and former.has("centre"))


def _default(question: Question, answers: Answers, today: datetime, former: Former) -> str:
    said = former.answer(question.section, question.name, _beside(question, answers))
    if said and _applies(question, answers):
        return said
    if question.name == "tahun":
        # The APBD Murni of a year is enacted by the end of the year before.
        return str((today + timedelta(days=120)).year)
    return question.default if _applies(question, answers) else ""


def _beside(question: Question, answers: Answers) -> Settings:
    return {
        one.name: int(given) if one.whole_number else given
        for one in QUESTIONS
        if one.section == question.section and (given := answers.get(one.option))
    }


def _applies(question: Question, answers: Answers) -> bool:
    if question.option == "tanggal-perda":
        return bool(answers["nomor-perda"])
    return not (question.option in _SERVER_ONLY and answers.get("engine") == "sqlite")


def _sections(answers: Answers) -> Iterator[str]:
    for section in _SECTIONS:
        given = [one for one in QUESTIONS if one.section == section and answers[one.option]]
        if given:
            yield f"\n[{section}]"
        for one in given:
            yield f"{one.name} = {_value(one, answers[one.option])}"


def _options(options: Sequence[str]) -> Iterator[str]:
    if options:
        yield "\n[database.options]"
    # What is said last counts.
    for name, value in {one: value for one, _, value in (each.partition("=") for each in options)}.items():
        yield f"{_quoted(name)} = {_quoted(whole_path(value) if name == 'folder' else value)}"


def _value(question: Question, answer: str) -> str:
    return answer if question.whole_number else _quoted(answer)


def _quoted(value: str) -> str:
    # A JSON string is a TOML string, but for DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
