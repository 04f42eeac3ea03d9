"""Everything that a connector hands out for a year, kept for a test to look at."""

from __future__ import annotations

from dataclasses import dataclass, replace

from connectors.interface import Access, SourceFacts
from connectors.registry import connect
from contract.budget.findings import Finding, problem_of
from contract.budget.names import Name
from contract.budget.segment import encode_sums
from contract.budget.totals import Totals


@dataclass(frozen=True)
class Whole:
    """One whole reading."""

    facts: SourceFacts
    totals: Totals
    names: tuple[Name, ...]
    segments: dict[str, bytes]
    findings: tuple[Finding, ...]

    def finding(self, rule: str) -> Finding:
        """The only finding of a rule."""
        (found,) = [finding for finding in self.findings if finding.rule == rule]
        return found

    def rules(self) -> set[str]:
        """The rules that had something to say."""
        return {finding.rule for finding in self.findings}

    def sentence(self, rule: str) -> str:
        """What the only finding of a rule says to a person."""
        return str(problem_of(self.finding(rule)))


def read_whole(access: Access, tahun: int = 2026, **options: str) -> Whole:
    """Read everything; `options` are added to those of the access."""
    chosen = replace(access, options={**access.options, **options})
    with connect(chosen).reading(tahun) as reading:
        names = tuple(reading.names())
        segments = {kode: encode_sums(sums).plain for kode, sums in reading.skpd()}
        return Whole(reading.facts, reading.totals, names, segments, tuple(reading.findings()))
