"""What the manuals promise to scripts: schema and exit codes of each command, fields of each schema."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.help_blocks import PAGES

_COMMAND = re.compile(
    r"^\| `(?P<name>[a-z -]+)` \| (?:`(?P<schema>sinergi\.[a-z-]+/\d)`|–) \| (?P<codes>[0-5, ]+) \|", re.M
)
_SCHEMA = re.compile(r"^\| `(?P<name>sinergi\.[a-z-]+/\d)` \| [^|]* \| (?P<fields>.*) \|$", re.M)


@dataclass(frozen=True, slots=True)
class Promise:
    """What one command promises."""

    schema: str | None
    codes: frozenset[int]


def promises(language: str) -> dict[str, Promise]:
    """By command, in the order of the page."""
    rows = _COMMAND.finditer(PAGES[language].read_text())
    return {
        row["name"]: Promise(row["schema"], frozenset(map(int, row["codes"].split(", ")))) for row in rows
    }


def fields(language: str) -> dict[str, list[str]]:
    """The names that the row of each schema has, in its order."""
    rows = _SCHEMA.finditer(PAGES[language].read_text())
    return {row["name"]: re.findall(r"`([a-z_]+)`", row["fields"]) for row in rows}
