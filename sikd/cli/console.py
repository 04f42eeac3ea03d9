"""What a command says and asks, in the operator's language; results go to standard output alone."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contract.errors import ExplainedError
from contract.text import T, Text
from sikd.errors import BadSettings
from sikd.language import Language, say, translations


@dataclass(frozen=True)
class Console:
    """The operator's terminal, in one language."""

    language: Language

    def translate(self, sentence: str) -> str:
        """An English sentence of the code in this console's language."""
        return translations(self.language).gettext(sentence)

    def words(self, text: Text | str) -> str:
        """A sentence in this console's language."""
        return say(text, self.language) if isinstance(text, Text) else text

    def say(self, text: Text | str) -> None:
        """Print a result, at once."""
        print(self.words(text), flush=True)

    def note(self, text: Text | str) -> None:
        """Print what is worth knowing beside the result."""
        print(self.words(text), file=sys.stderr)

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Print rows in columns."""
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            print("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())

    def listing(self, columns: Sequence[Text], rows: Sequence[Sequence[str]]) -> None:
        """Print rows under the names of their columns."""
        self.table([[self.words(name) for name in columns], *rows])

    def facts(self, rows: Sequence[tuple[Text, str]]) -> None:
        """Print names and values in two columns."""
        self.table([(self.words(name), value) for name, value in rows])

    def document(self, schema: str, fields: Mapping[str, Any]) -> None:
        """Print a result for programs, with the name and version of its form."""
        print(json.dumps({"schema": schema, **fields}, ensure_ascii=False, indent=2))

    def explain(self, error: ExplainedError) -> None:
        """Print what failed, why, what to do, and the code that the documentation explains."""
        self.note(f"✗ {self.words(error.problem)}")
        self.note(f"  → {self.words(error.remedy)}")
        # Not inside an f-string: there the catalogue would not find it.
        self.note(T("  Code: {code} (see `docs/errors.md`)", code=error.code))

    @property
    def has_person(self) -> bool:
        """Whether somebody types, and not a program."""
        return sys.stdin.isatty()

    def ask_secret(self, question: Text) -> str:
        """A line that does not show while it is typed; from a pipe, its next line; raises BadSettings."""
        try:
            typed = self._typed(question) if self.has_person else sys.stdin.readline()
        except EOFError as error:
            self.note("")
            raise _no_secret() from error
        if not typed:
            raise _no_secret()
        return typed.rstrip("\r\n")

    def _typed(self, question: Text) -> str:
        return getpass.getpass(f"{self.words(question)}: ", stream=sys.stderr) + "\n"


def _no_secret() -> BadSettings:
    return BadSettings(
        T("No password was given."),
        remedy=T("Type it when it is asked for, or name its file with --password-file."),
    )
