"""One open view of a budget: control totals, names, then the sums of one SKPD after another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.interface import NoBudget, SourceContradicts, SourceFacts, TornRead
from connectors.names import Names
from connectors.normalise import Normaliser, as_text
from connectors.queries import Queries
from connectors.session import Row, Session
from connectors.source import SECTIONS
from connectors.sums import Sums, Tally, by_skpd, section_of_group
from contract.budget.codes import Section
from contract.budget.findings import Finding
from contract.budget.names import Name
from contract.budget.rupiah import Rupiah
from contract.budget.totals import Totals
from contract.text import T

PART_SEN = 10_000
"""The residue is counted in ten-thousandths of a rupiah."""


@dataclass
class Control:
    """What the database itself says it holds: rows by query, sen by section, and what rounding loses."""

    rows: dict[str, int] = field(default_factory=dict)
    sen: dict[Section, int] = field(default_factory=dict)
    uneven: int = 0
    residue: int = 0

    def add(self, row: Row) -> None:
        """Take in one row of the totals query."""
        section, group, rows, sen, uneven, residue = row
        section = as_text(section)
        part = section_of_group(section, group)
        self.rows[section] = self.rows.get(section, 0) + int(rows)
        self.sen[part] = self.sen.get(part, 0) + int(sen)
        self.uneven += int(uneven)
        self.residue += int(residue)

    def findings(self) -> Iterator[Finding]:
        """Amounts with parts of a sen."""
        if self.uneven:
            whole, part = divmod(self.residue, PART_SEN)
            yield Finding(
                "amounts_are_whole_sen", values={"rows": str(self.uneven), "residue": f"{whole}.{part:04d}"}
            )


class DatabaseReading:
    """A budget inside one transaction."""

    def __init__(
        self, session: Session, queries: Queries, facts: SourceFacts, values: Mapping[str, object],
        noticed: Iterable[Finding],
    ) -> None:  # fmt: skip
        self.facts = facts
        self._session, self._queries, self._values = session, queries, values
        self._codes = Normaliser()
        self._tally = Tally()
        self._control = self._read_control()
        self.totals = Totals.of_sen(self._control.sen)
        self._findings = [*noticed, *self._run_checks(), *self._control.findings()]

    def names(self) -> Iterable[Name]:
        """All names that belong to codes of this budget, each code once."""
        names = Names(self._rows(self._queries.names()), self._codes)
        self._findings += names.findings()
        return names

    def skpd(self) -> Iterator[tuple[str, Sums]]:
        """One SKPD at a time in code order; rows that no transaction protects are read twice and compared."""
        if not self.facts.torn_possible:
            yield from self._pass()
        else:
            yield from self._agreeing(dict(_digests(self._pass())))
        self._findings += (*self._tally.findings(), *self._codes.findings())

    def findings(self) -> Sequence[Finding]:
        """What was noticed."""
        return tuple(self._findings)

    def _rows(self, sql: str) -> Iterator[Row]:
        return self._session.rows(sql, self._values)

    def _read_control(self) -> Control:
        control = Control()
        for row in self._session.all(self._queries.totals(), self._values):
            control.add(row)
        if not sum(control.rows.values()):
            require_year(self._session, self._queries.years(), self._values["tahun"])
            raise no_budget(self._values["tahun"], [])
        return control

    def _run_checks(self) -> Iterator[Finding]:
        for rule, level, sql in self._queries.checks():
            for row in self._session.named(sql, self._values):
                yield Finding(
                    rule, level, {name.rstrip("_"): _value(name, value) for name, value in row.items()}
                )

    def _pass(self) -> Iterator[tuple[str, Sums]]:
        """Small sections are read to their end first: only one result can be open at a time."""
        self._tally = Tally()
        kept: dict[str, Sums] = {}
        for section in ("pendapatan", "pembiayaan"):
            for kode, sums in self._section(section):
                kept.setdefault(kode, {}).update(sums)
        yield from _merged(self._section("belanja"), kept)
        self._require_every_row()

    def _section(self, section: str) -> Iterator[tuple[str, Sums]]:
        return by_skpd(section, self._rows(self._queries.sums(section)), self._codes, self._tally)

    def _agreeing(self, first: Mapping[str, bytes]) -> Iterator[tuple[str, Sums]]:
        seen = 0
        for kode, sums in self._pass():
            if first.get(kode) != _digest(sums):
                raise _torn(kode)
            seen += 1
            yield kode, sums
        if seen != len(first):
            raise _torn("-")

    def _require_every_row(self) -> None:
        for section in SECTIONS:
            counted, read = self._control.rows.get(section, 0), self._tally.rows.get(section, 0)
            if counted != read:
                raise SourceContradicts(
                    T("{section} has {counted} rows, but {read} were read.",
                      section=section.capitalize(), counted=counted, read=read),
                    remedy=T("Take the snapshot again; if that fails, a query loses or doubles rows."),
                )  # fmt: skip


def require_year(session: Session, years: str | None, tahun: object) -> None:
    """Raise NoBudget where the source can tell its years and this one is not among them."""
    if years is not None:
        found = [as_text(year) for (year,) in session.all(years)]
        if as_text(tahun) not in found:
            raise no_budget(tahun, found)


def no_budget(tahun: object, years: Sequence[str]) -> NoBudget:
    """The error that says which years there are instead."""
    return NoBudget(
        T("The database holds no budget of {tahun}; years found: {years}.",
          tahun=tahun, years=", ".join(years) or "-"),
        remedy=T("Check tahun in agent.toml, and that this is the database of that year."),
    )  # fmt: skip


def _merged(belanja: Iterator[tuple[str, Sums]], kept: dict[str, Sums]) -> Iterator[tuple[str, Sums]]:
    """Belanja as it streams by, each SKPD with what was kept of it; those without belanja in between."""
    waiting = sorted(kept)
    for kode, sums in belanja:
        while waiting and waiting[0] < kode:
            first = waiting.pop(0)
            yield first, kept.pop(first)
        if waiting and waiting[0] == kode:
            sums |= kept.pop(waiting.pop(0))
        yield kode, sums
    for kode in waiting:
        yield kode, kept.pop(kode)


def _digests(skpd: Iterable[tuple[str, Sums]]) -> Iterator[tuple[str, bytes]]:
    for kode, sums in skpd:
        yield kode, _digest(sums)


def _digest(sums: Sums) -> bytes:
    digest = hashlib.sha256()
    for key, sen in sorted(sums.items()):
        digest.update(f"{key}\t{sen}\n".encode())
    return digest.digest()


def _torn(kode_skpd: str) -> TornRead:
    return TornRead(
        T("The budget changed while it was read (SKPD {kode_skpd}).", kode_skpd=kode_skpd),
        remedy=T("Take the snapshot again when nobody writes, or have the tables converted to InnoDB."),
    )


def _value(name: str, value: object) -> str:
    """A value of a check as a finding carries it; the column `nilai` holds sen."""
    if name == "nilai":
        return str(Rupiah(int(str(value))))
    return as_text(value)[:200]
