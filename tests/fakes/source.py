"""A finance database in memory, with the faults that real ones have; it can be sent to a child process."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from connectors.interface import DatabaseUnreachable, ProbeStep, SourceFacts, Stage, StepResult
from contract.budget.codes import Section, section_of
from contract.budget.findings import Finding
from contract.budget.names import Name, NameKind
from contract.budget.rupiah import Rupiah
from contract.budget.totals import Totals
from contract.text import T

Sums = dict[str, int]
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
        """A name for every SKPD."""
        return [Name(NameKind.SKPD, kode, f"Dinas {kode}") for kode in self.source.budget]

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
        """One step that says how it went."""
        self.misbehave()
        return [ProbeStep("tcp", StepResult.OK, T("Connected."))]

    @contextmanager
    def reading(self, tahun: int) -> Iterator[FakeReading]:
        """One view; the control totals are right unless a line gets lost."""
        if self.fault == "unreachable":
            raise DatabaseUnreachable(T("Nobody listens."), remedy=T("Start the database."))
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
