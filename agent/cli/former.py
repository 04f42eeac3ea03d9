"""What agent.toml said before `sinergi init --force`: the answers that hold where no others are given."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Tables = Mapping[str, Mapping[str, Any]]
_OTHER_SECTIONS = ("access", "schedule", "log", "metrics")
"""Nobody is asked about these, so they stay as they are."""
_OF_ITS_YEAR = {"nomor_perda", "tanggal_perda"}


@dataclass(frozen=True, slots=True)
class Former:
    """The settings of before by section; none where the file was not there or cannot be understood."""

    tables: Tables = field(default_factory=dict)

    def has(self, section: str) -> bool:
        """Whether the section was filled in."""
        return bool(self.tables.get(section))

    def answer(self, section: str, name: str, beside: Mapping[str, object]) -> str:
        """What was answered before; empty where `beside`, answered now, makes that another matter."""
        table = self.tables.get(section, {})
        # Another engine is another database, and a Perda belongs to its year.
        decides = "engine" if section == "database" else "tahun" if name in _OF_ITS_YEAR else ""
        if decides in beside and beside[decides] != table.get(decides):
            return ""
        return str(table.get(name, ""))

    def options(self, application: str, engine: str) -> list[str]:
        """The settings of the source application as NAME=VALUE, where it is still the same one."""
        table = self.tables.get("database", {})
        is_same = (application, engine) == (table.get("application"), table.get("engine"))
        return [f"{name}={value}" for name, value in table.get("options", {}).items()] if is_same else []

    def untouched(self) -> str:
        """The sections that nobody is asked about, as agent.toml has them."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        for section in filter(self.has, _OTHER_SECTIONS):
            yield f"\n[{section}]"
            yield from (f"{name} = {_written(value)}" for name, value in self.tables[section].items())


def former_settings(file: Path) -> Former:
    """What this file says."""
    with suppress(OSError, ValueError, tomllib.TOMLDecodeError):
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
        return Former({name: table for name, table in tables.items() if isinstance(table, dict)})
    return Former()


def _written(value: object) -> str:
    if isinstance(value, str):
        # A JSON string is a TOML string, but for DEL.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_written, value))}]"
    return str(value).lower()
