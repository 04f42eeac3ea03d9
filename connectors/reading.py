"""One open view of a budget: control totals, names, then the sums of one SKPD after another."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from connectors.control import COLUMNS, Control, no_budget, require_year
from connectors.interface import SourceFacts, TornRead
from connectors.names import Names
from connectors.normalise import as_text
from connectors.queries import Queries
from connectors.session import Row, Session
from connectors.sums import Sums, Tally, by_skpd
from contract.budget.findings import Finding, Level
from contract.budget.names import Name
from contract.budget.rupiah import Rupiah
from contract.text import T

MAX_SHOWN = 20


class DatabaseReading:
    """A budget inside one transaction."""

    def __init__(
        self, session: Session, queries: Queries, facts: SourceFacts, values: Mapping[str, object],
        noticed: Iterable[Finding],
    ) -> None:  # fmt: skip
        self.facts = facts
        self._session, self._queries, self._values = session, queries, values
        self._tally = Tally()
        self._control = self._read_control()
        self.totals = self._control.totals
        self._findings = [*noticed, *self._run_checks(), *self._control.findings()]

    def names(self) -> Iterable[Name]:
        """All names that belong to codes of this budget, each code once."""
        names = Names(self._rows(self._queries.names()))
        self._findings += names.findings()
        return names

    def skpd(self) -> Iterator[tuple[str, Sums]]:
        """One SKPD at a time in code order; rows that no transaction protects are read twice and compared."""
        if not self.facts.torn_possible:
            yield from self._pass()
        else:
            yield from self._agreeing(dict(_digests(self._pass())))
        self._findings += self._tally.findings()

    def findings(self) -> Sequence[Finding]:
        """What was noticed."""
        return tuple(_limited(self._findings))

    def _rows(self, sql: str) -> Iterator[Row]:
        return self._session.rows(sql, self._values)

    def _read_control(self) -> Control:
        control = Control(self._session.named(self._queries.totals(), self._values, COLUMNS))
        if not sum(control.rows.values()):
            require_year(self._session, self._queries.years(), self._values["tahun"])
            raise no_budget(self._values["tahun"])
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
        self._control.require_every_row(self._tally.rows)

    def _section(self, section: str) -> Iterator[tuple[str, Sums]]:
        return by_skpd(section, self._rows(self._queries.sums(section)), self._tally)

    def _agreeing(self, first: Mapping[str, bytes]) -> Iterator[tuple[str, Sums]]:
        seen = 0
        for kode, sums in self._pass():
            if first.get(kode) != _digest(sums):
                raise _torn(kode)
            seen += 1
            yield kode, sums
        # The totals were read before both passes, so they may be of another instant than both.
        if seen != len(first) or self._read_control().totals != self.totals:
            raise _torn("-")


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


def _limited(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The first findings of each rule, and how many more there are: thousands of them help nobody."""
    counts = Counter[str]()
    for finding in findings:
        counts[finding.rule] += 1
        if counts[finding.rule] <= MAX_SHOWN:
            yield finding
    for rule, count in counts.items():
        if count > MAX_SHOWN:
            yield Finding("more_of_the_same", Level.INFO, {"rule": rule, "count": str(count - MAX_SHOWN)})


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
