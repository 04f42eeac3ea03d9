"""A source application as data: a folder of SQL with one `source.toml`, and no program.

What each file must return is described in docs/writing-a-connector.md.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.interface import Stage, UnknownSource
from connectors.one_select import require_one_select
from contract.budget.findings import Level
from contract.text import T

SHIPPED = Path(__file__).parent / "sources"
SECTIONS = ("pendapatan", "belanja", "pembiayaan")
QUERIES = (*SECTIONS, "names")
OPTIONAL_QUERIES = ("totals", "tahapan", "years")

Templates = Mapping[str, str]
Sentence = Annotated[str, Field(min_length=1, max_length=500)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FixedStage(_Table):
    """The one stage that a database holds, as its operator states it."""

    kode: Annotated[str, Field(min_length=1, max_length=100)]
    nama: Annotated[str, Field(min_length=1, max_length=100)]
    evidence: Sentence

    def stage(self) -> Stage:
        """The stage as a value."""
        return Stage(self.kode, self.nama, self.evidence)


class Description(_Table):
    """What `source.toml` says."""

    application: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}\z")]
    version: Annotated[str, Field(min_length=1, max_length=40)]
    engines: tuple[str, ...] = ("sqlite", "mysql", "postgresql")
    tables: Mapping[str, tuple[str, ...]] = {}
    """The columns that the queries read, by table; a table of one variant stands in `variants`."""
    summed: tuple[str, ...] = ()
    """Queries that sum by themselves: they return `jumlah` (rows) and `sen` in place of `nilai`."""
    checks: Mapping[str, Level] = {}
    """For each query in checks/, how much its finding weighs."""
    stage: FixedStage | None = None
    stage_option: str = "tahapan"
    """The setting in which the operator states a chosen stage."""
    variants: Mapping[str, Templates] = {"": {}}
    """Macros by variant; the stage that is read says which variant holds."""


class Source(_Table):
    """A source application: its description and the text of its queries."""

    description: Description
    queries: Mapping[str, str]
    checks: Mapping[str, str]


def shipped_source(application: str) -> Source:
    """A source that this program brings along; raises UnknownSource."""
    return read_source(SHIPPED / application)


def read_source(folder: Path) -> Source:
    """Read a folder; raises UnknownSource where it is not a source, and names the file and the mistake."""
    description = _description(folder / "source.toml")
    queries = {name: _query(folder / f"{name}.sql") for name in QUERIES}
    for name in OPTIONAL_QUERIES:
        if (folder / f"{name}.sql").exists():
            queries[name] = _query(folder / f"{name}.sql")
    if description.stage is None and "tahapan" not in queries:
        raise _unusable(folder, T("neither [stage] in source.toml nor tahapan.sql says what is read"))
    if description.summed and "totals" not in queries:
        raise _unusable(folder, T("a query that sums by itself needs totals.sql beside it"))
    checks = {rule: _query(folder / "checks" / f"{rule}.sql") for rule in description.checks}
    return Source(description=description, queries=queries, checks=checks)


def _description(file: Path) -> Description:
    try:
        return Description.model_validate(tomllib.loads(_text(file)))
    except tomllib.TOMLDecodeError as error:
        raise _unusable(file, T("it is not TOML ({reason})", reason=str(error))) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _unusable(file, T("{where}: {reason}", where=where, reason=first["msg"])) from error


def _query(file: Path) -> str:
    return require_one_select(_text(file), file.name)


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeError) as error:
        raise _unusable(file, T("it cannot be read ({reason})", reason=str(error))) from error


def _unusable(path: Path, reason: object) -> UnknownSource:
    return UnknownSource(
        T("{path} is not part of a usable source: {reason}.", path=path, reason=reason),
        remedy=T("Compare the folder with the one that `connectors/sources/generic` brings along."),
    )
