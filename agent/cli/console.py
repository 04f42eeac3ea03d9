"""What a command says and asks, in the language of the person in front of it.

Results go to standard output, everything else to standard error, so that a pipe carries results alone.
"""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TextIO

from agent.cli.handbook import errors_page
from agent.cli.printable import printable
from agent.cli.progress import Bar
from contract.errors import ExplainedError
from contract.text import T, Text


@dataclass(frozen=True)
class Console:
    """One person, one language, two streams; `asks` says whether somebody is there to answer."""

    language: str
    environment: Mapping[str, str]
    translate: Callable[[str], str]
    out: TextIO
    err: TextIO
    asks: bool
    command: str = "sinergi"
    """What was typed to get here, for sentences that say what to type next."""

    def words(self, text: Text | str) -> str:
        """A sentence in this console's language."""
        return text.translated(self.translate) if isinstance(text, Text) else text

    def say(self, text: Text | str) -> None:
        """Print a result."""
        print(printable(self.words(text), keep="\n"), file=self.out)

    def note(self, text: Text | str) -> None:
        """Print what is worth knowing beside the result."""
        print(printable(self.words(text), keep="\n"), file=self.err)

    def facts(self, rows: Sequence[tuple[Text, Text | str]]) -> None:
        """Print names and values in two columns."""
        names = [self.words(name) for name, _ in rows]
        width = max(map(len, names), default=0) + 2
        for name, (_, value) in zip(names, rows, strict=True):
            print(f"  {name:{width}}{printable(self.words(value))}", file=self.out)

    def document(self, fields: Mapping[str, Any]) -> None:
        """Print a result for programs."""
        print(json.dumps(fields, ensure_ascii=False, indent=2), file=self.out)

    def explain(self, error: ExplainedError) -> None:
        """Print what failed, why, what to do, and the code that the documentation explains."""
        self.note(f"✗ {printable(self.words(error.problem))}")
        self.note(f"  → {printable(self.words(error.remedy))}")
        self.note(T("  Code: {code} (see {page})", code=error.code, page=errors_page()))

    def ask(self, question: Text, *, default: str = "") -> str:
        """A line typed by the person; the default where the line is empty."""
        hint = f" [{default}]" if default else ""
        print(f"{self.words(question)}{hint}: ", end="", file=self.err, flush=True)
        return sys.stdin.readline().strip() or default

    def ask_secret(self, question: Text) -> str:
        """A line that does not show while it is typed."""
        return getpass.getpass(f"{self.words(question)}: ", stream=self.err)

    def confirms(self, question: Text) -> bool:
        """Whether the person said yes; an empty line is a no."""
        choice = self.words(T("[yes/no]"))
        answer = self.ask(Text("{question} {choice}", {"question": question, "choice": choice}))
        return answer.lower() in {"y", "yes", "ya"}

    @contextmanager
    def working(self, text: Text) -> Iterator[None]:
        """Show on a terminal that long work is under way."""
        with Bar(self.err, self.words(text)):
            yield
