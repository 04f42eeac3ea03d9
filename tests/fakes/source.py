"""A finance database in memory, with the faults that real ones have; it can be sent to a child process."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from connectors.interface import (
    DatabaseUnreachable,
    NoBudget,
    ProbeStep,
    SourceFacts,
    Stage,
    StepResult,
)
from connectors.probe import STEPS
from contract.budget.codes import Section, section_of
from contract.budget.findings import Finding
from contract.budget.line import KEY_FIELDS
from contract.budget.names import Name, NameKind
from contract.budget.rupiah import Rupiah
from contract.budget.totals import Totals
from contract.text import T

Sums = dict[str, int]
YEARS = (2026, 2027)
_PENDAPATAN = "4.1.01.01.01.0001"
_BELANJA = "5.1.02.01.01.0024"
_PROGRAMME = ("1.01", "1.01.02", "1.01.02.2.01", "1.01.02.2.01.0001")


def kode_skpd(number: int) -> str:
    """The kode SKPD of the n-th office of education."""
    return f"1.01.0.00.0.00.{number:02d}.0000"


def small_budget(rupiah: Sequence[int] = (100, 200, 300)) -> dict[str, Sums]:
    """A balanced budget of one SKPD an amount (in rupiah)."""
    return {
        kode_skpd(number): {
            "\t".join([kode_skpd(number)] * 2 + [""] * 4 + [_PENDAPATAN, "1.1"]): amount * 100,
            "\t".join([kode_skpd(number)] * 2 + [*_PROGRAMME, _BELANJA, "1.1"]): amount * 100,
        }
        for number, amount in enumerate(rupiah, start=1)
    }


@dataclass
class FakeReading:
    """One open view of a fake source."""

    source: FakeSource
    facts: SourceFacts
    totals: Totals

    def names(self) -> Iterable[Name]:
        """A name for every code."""
        used = {
            (NameKind(kind.removeprefix("kode_")), code)
            for sums in self.source.budget.values()
            for key in sums
            for kind, code in zip(KEY_FIELDS, key.split("\t"), strict=True)
            if code
        }
        return [Name(kind, code, f"Nama {code}") for kind, code in sorted(used)]

    def skpd(self) -> Iterator[tuple[str, Sums]]:
        """The sums of each SKPD, or the fault of this source."""
        for kode, sums in sorted(self.source.budget.items()):
            self.source.misbehave()
            yield kode, dict(sums)

    def findings(self) -> Sequence[Finding]:
        """What this source noticed."""
        return self.source.noticed


@dataclass(frozen=True)
class FakeSource:
    """A connector, and what opens it: a call hands it out itself."""

    budget: Mapping[str, Sums]
    fault: str = ""
    """One of: unreachable, hangs, dies, prints, loses a line."""
    noticed: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, *rupiah: int) -> FakeSource:
        """A sound source with one SKPD an amount."""
        return cls(small_budget(rupiah))

    def __call__(self) -> FakeSource:
        return self

    def that(self, fault: str) -> FakeSource:
        """The same source with a fault."""
        return replace(self, fault=fault)

    def probe(self, tahun: int) -> Sequence[ProbeStep]:
        """Every step goes well; the last one fails for a year without a budget."""
        self.misbehave()
        steps = [ProbeStep(name, StepResult.OK, T("Passed.")) for name in STEPS]
        if tahun not in YEARS:
            error = _no_budget(tahun)
            steps[-1] = ProbeStep(STEPS[-1], StepResult.FAILED, error.problem, error.remedy, error.code)
        return steps

    @contextmanager
    def reading(self, tahun: int) -> Iterator[FakeReading]:
        """One view; the control totals are right unless a line gets lost."""
        if self.fault == "unreachable":
            raise DatabaseUnreachable(T("Nobody listens."), remedy=T("Start the database."))
        if tahun not in YEARS:
            raise _no_budget(tahun)
        stage = Stage("penetapan", "Penetapan APBD Murni", "is_locked = 1")
        yield FakeReading(self, SourceFacts("wp-sipd", "5", "mysql", "10.11", stage, False), self._totals())

    def misbehave(self) -> None:
        """Do what the fault says."""
        if self.fault == "hangs":
            time.sleep(3600)
        if self.fault == "dies":
            os._exit(11)
        if self.fault == "prints":
            print("a driver that prints")  # noqa: T201

    def _totals(self) -> Totals:
        sums: dict[Section, int] = {}
        for rows in self.budget.values():
            for key, sen in rows.items():
                section = section_of(key.split("\t")[6])
                sums[section] = sums.get(section, 0) + sen
        extra = Totals(pendapatan=Rupiah(1)) if self.fault == "loses a line" else Totals()
        return Totals.of_sen(sums) + extra


def _no_budget(tahun: int) -> NoBudget:
    return NoBudget(T("There is no budget of {tahun}.", tahun=tahun), remedy=T("Choose another year."))
