"""What the database itself says a budget adds up to, before any line of it is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from connectors.interface import NoBudget, SourceContradicts
from connectors.normalise import as_text
from connectors.session import Session
from contract.budget.codes import Section
from contract.budget.findings import Finding
from contract.budget.totals import Totals
from contract.text import T

BEGINNINGS = {"pendapatan": ("4.",), "belanja": ("5.",), "pembiayaan": ("6.1", "6.2")}
"""The queries of a source, and how the accounts of each begin."""

COLUMNS = ("query", "kelompok", "jumlah", "sen", "uneven", "residue")
"""What the totals query returns: one row for the first three signs of the accounts of a query."""

RESIDUE_UNIT = 10_000
"""Residue is counted in ten-thousandths of a rupiah."""


class Control:
    """Rows by query, sen by section, and what rounding to whole sen changes."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self.rows = dict.fromkeys(BEGINNINGS, 0)
        self._sen: dict[Section, int] = {}
        self._uneven = 0
        self._residue = 0
        for row in rows:
            self._add(row)

    @property
    def totals(self) -> Totals:
        """The control totals."""
        return Totals.of_sen(self._sen)

    def findings(self) -> Iterator[Finding]:
        """Amounts with parts of a sen."""
        if self._uneven:
            whole, part = divmod(self._residue, RESIDUE_UNIT)
            values = {"rows": str(self._uneven), "residue": f"{whole}.{part:04d}"}
            yield Finding("amounts_are_whole_sen", values=values)

    def require_every_row(self, read: dict[str, int]) -> None:
        """Raise SourceContradicts where the sums that were read stand for other rows than there are."""
        for query, counted in self.rows.items():
            if read.get(query, 0) != counted:
                raise SourceContradicts(
                    T(
                        "{section} has {counted} rows, but {read} were read.",
                        section=query.capitalize(),
                        counted=counted,
                        read=read.get(query, 0),
                    ),
                    remedy=T("Take the snapshot again; if that fails, a query loses or doubles rows."),
                )

    def _add(self, row: Mapping[str, Any]) -> None:
        query = as_text(row["query"])
        section = _section(query, as_text(row["kelompok"]))
        self.rows[query] += int(row["jumlah"])
        self._sen[section] = self._sen.get(section, 0) + int(row["sen"])
        self._uneven += int(row["uneven"])
        self._residue += int(row["residue"])


def require_year(session: Session, years: str | None, tahun: object) -> None:
    """Raise NoBudget where the source can tell its years and this one is not among them."""
    if years is not None:
        found = [as_text(year) for (year,) in session.all(years)]
        if as_text(tahun) not in found:
            raise no_budget(tahun, found)


def no_budget(tahun: object, years: Sequence[str] | None = None) -> NoBudget:
    """The error that says which years there are instead, where the source can tell."""
    if years is None:
        problem = T("The database holds no budget of {tahun}.", tahun=tahun)
    elif years:
        problem = T(
            "The database holds no budget of {tahun}; years found: {years}.",
            tahun=tahun,
            years=", ".join(years),
        )
    else:
        problem = T("The database holds no budget, neither of {tahun} nor of any other year.", tahun=tahun)
    remedy = T("Check tahun in agent.toml, and that this is the database of that year.")
    return NoBudget(problem, remedy=remedy)


def _section(query: str, group: str) -> Section:
    if not group.startswith(BEGINNINGS.get(query, ())):
        raise SourceContradicts(
            T(
                "{section} holds accounts that begin with {group}.",
                section=query.capitalize(),
                group=repr(group),
            ),
            remedy=T("Correct them: pendapatan begins with 4, belanja with 5, pembiayaan with 6.1 or 6.2."),
        )
    if query != "pembiayaan":
        return Section(query)
    return Section.PENERIMAAN_PEMBIAYAAN if group.startswith("6.1") else Section.PENGELUARAN_PEMBIAYAAN
