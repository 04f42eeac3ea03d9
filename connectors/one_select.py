"""Whether a text is one SELECT and nothing else; a second line of defence behind the rights of the account.

The three engines quote and comment differently. What only some of them would read as a quote or a comment is
refused, so that no engine sees a statement where this module saw text.
"""

from __future__ import annotations

import re

from connectors.interface import UnknownSource
from contract.text import T, Text

_QUOTED = re.compile(
    r"""'(?:[^'\\]|''|\\[^'])*' | "(?:[^"\\]|""|\\[^"])*" | `[^`]*` | --(?=\s)[^\n\r]* | /\*(?!M?!).*?\*/""",
    # ASCII: a no-break space is a letter to MySQL, so that what follows -- is no comment there.
    re.ASCII | re.DOTALL | re.VERBOSE,
)
_WORDS = re.compile(r"\b(?:INTO|INSERT|UPDATE|DELETE|MERGE|LOCK\s+IN|FOR\s+SHARE)\b", re.IGNORECASE)
_SIGNS = re.compile(r"['\"`#\r]|--|/\*|\*/")
_DOLLARS = re.compile(r"\$\w*\$")
"""A quote to PostgreSQL alone; a single quote between two of them would hide the rest of the text from us."""


def require_one_select(sql: str, name: str) -> str:
    """The query without its closing semicolon; raises UnknownSource where it is not exactly one SELECT."""
    query = sql.strip()
    if found := _DOLLARS.search(query):
        raise _refused(name, T("{sign} is not read alike by every engine", sign=found[0][:20]))
    # Blanks of the same length keep each place where it was.
    bare = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), query).rstrip()
    if bare.endswith(";"):
        bare = bare[:-1]
        query = query[: len(bare)]
    if reason := _why_not(bare):
        raise _refused(name, reason)
    return query


def _why_not(bare: str) -> Text | None:
    if not re.match(r"\s*(?:SELECT|WITH)\b", bare, re.IGNORECASE):
        return T("it does not begin with SELECT or WITH")
    if found := _SIGNS.search(bare):
        return T(
            "a quote or comment is not closed, or {sign} is not read alike by every engine", sign=found[0]
        )
    if ";" in bare:
        return T("it holds more than one statement")
    if not _balanced(bare):
        return T("its brackets are not closed")
    if found := _WORDS.search(bare):
        return T("it holds the word {word}", word=found[0].upper())
    return None


def _refused(name: str, reason: Text) -> UnknownSource:
    return UnknownSource(
        T("The query {name} is refused: {reason}.", name=name, reason=reason),
        remedy=T("Write one SELECT statement that only reads."),
    )


def _balanced(bare: str) -> bool:
    depth = 0
    for sign in re.findall(r"[()]", bare):
        depth += 1 if sign == "(" else -1
        if depth < 0:
            return False
    return depth == 0
