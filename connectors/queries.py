"""The statements that are sent: a source's plain rows, summed, counted and ordered by the database itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connectors.engine import Engine
from connectors.macros import engine_macros, expanded, source_macros
from connectors.one_select import require_one_select
from connectors.source import SECTIONS, Source
from contract.budget.findings import Level
from contract.budget.line import KEY_FIELDS

PROGRAMME = ("kode_bidang_urusan", "kode_program", "kode_kegiatan", "kode_sub_kegiatan")
WITHOUT_PROGRAMME = tuple(name for name in KEY_FIELDS if name not in PROGRAMME)
NAME_FIELDS = ("kind", "kode_bidang_urusan", "kode", "nama")


class Queries:
    """The statements of one source for one engine and one variant of its stages."""

    def __init__(self, source: Source, engine: Engine, templates: Mapping[str, str]) -> None:
        self._source, self._engine = source, engine
        self._macros = engine_macros(engine) | source_macros(templates)

    def sums(self, section: str) -> str:
        """One row a key: its fields, the number of rows behind it, their sum in sen; ordered by kode SKPD.

        The order is that of the code once it is normal, so that the written forms of one SKPD meet.
        """
        fields = KEY_FIELDS if section == "belanja" else WITHOUT_PROGRAMME
        keys = [self._engine.binary(f"q.{name}") for name in fields]
        # NULL stands last on some engines and first on others, the empty text first on all.
        order = self._engine.binary("COALESCE(REPLACE(TRIM(q.kode_skpd), '-', '.'), '')")
        rows = f"FROM ({self._written(section)}\n) q"
        if section in self._source.description.summed:
            return f"SELECT {self._engine.joined([*keys, 'q.jumlah', 'q.sen'])}\n{rows}\nORDER BY {order}"
        sums = self._engine.joined([*keys, "COUNT(*)", self._engine.sen("q.nilai")])
        hint = self._engine.many_groups
        return f"SELECT {hint} {sums}\n{rows}\nGROUP BY {order}, {', '.join(keys)}\nORDER BY {order}"

    def totals(self) -> str:
        """One row a query and the first three signs of its accounts; columns as in `control.COLUMNS`."""
        if "totals" in self._source.queries:
            return self._written("totals")
        return "\nUNION ALL\n".join(self._totals_of(section) for section in SECTIONS)

    def names(self) -> str:
        """Each name once: its kind, the bidang urusan it stands under, code, name, and rows that bear it."""
        keys = [self._engine.binary(f"q.{name}") for name in NAME_FIELDS]
        cells = self._engine.joined([*keys, "SUM(q.jumlah)"])
        return f"SELECT {cells}\nFROM ({self._written('names')}\n) q\nGROUP BY {', '.join(keys)}"

    def stages(self) -> str:
        """The stages that the database holds."""
        return self._written("tahapan")

    def years(self) -> str | None:
        """The years that the database holds a budget of, where the source can tell."""
        return self._written("years") if "years" in self._source.queries else None

    def count(self, table: str) -> str:
        """The number of rows of a table of the source."""
        counting = f"SELECT COUNT(*) FROM {table}"  # noqa: S608 - the name comes from source.toml
        return require_one_select(counting, "source.toml")

    def checks(self) -> Iterator[tuple[str, Level, str]]:
        """Each rule of the source's own, the weight of its finding, and the query whose rows are findings."""
        for rule, level in self._source.description.checks.items():
            yield rule, level, self._expanded(self._source.checks[rule], rule)

    def _written(self, name: str) -> str:
        return self._expanded(self._source.queries[name], name)

    def _expanded(self, sql: str, name: str) -> str:
        # Once more: what a macro of source.toml stands for was not there when the file was read.
        return require_one_select(expanded(sql, self._macros), f"{name}.sql")

    def _totals_of(self, section: str) -> str:
        group = self._engine.binary("SUBSTR(TRIM(q.kode_rekening), 1, 3)")
        lost = self._engine.residue("q.nilai")
        return (
            f"SELECT '{section}' AS query, {group} AS kelompok, COUNT(*) AS jumlah,\n"
            f"       {self._engine.sen('q.nilai')} AS sen,\n"
            f"       COALESCE(SUM(CASE WHEN {lost} <> 0 THEN 1 ELSE 0 END), 0) AS uneven,\n"
            f"       COALESCE(SUM({lost}), 0) AS residue\n"
            f"FROM ({self._written(section)}\n) q\nGROUP BY {group}"
        )
