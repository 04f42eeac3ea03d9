"""A connector to any database: an engine and a source application, joined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from connectors.control import require_year
from connectors.engine import Engine
from connectors.interface import (
    Access,
    AccountTooPowerful,
    ProbeStep,
    Reading,
    SourceFacts,
    TableMissing,
)
from connectors.probe import Noticed, probe
from connectors.queries import Queries
from connectors.reading import DatabaseReading
from connectors.session import Session
from connectors.source import Source
from connectors.stages import COLUMNS, Candidate, candidates, chosen
from contract.budget.findings import Finding, problem_of, remedy_of
from contract.text import T, Text


class DatabaseConnector:
    """Reads a source application in a database of one engine."""

    def __init__(self, access: Access, engine: Engine, source: Source) -> None:
        self._access, self._engine, self._source = access, engine, source

    def probe(self, tahun: int) -> Sequence[ProbeStep]:
        """Try each step in turn and say how it went; raises nothing."""
        steps = {
            "version": lambda session: Noticed(Text("{version}", {"version": self._engine.version(session)})),
            "grants": self._probe_account,
            "tables": self._probe_tables,
            "rows": lambda session: self._probe_rows(session, tahun),
            "stage": lambda session: self._probe_stage(session, tahun),
        }
        return probe(self._access, self._engine, steps)

    @contextmanager
    def reading(self, tahun: int) -> Iterator[Reading]:
        """One consistent view, with account, tables and stage checked before anything is read."""
        with self._engine.open(self._access) as session:
            noticed = self._check_account(session)
            noticed += self._check_tables(session)
            stage = self._stage(session, tahun)
            values = {"tahun": tahun, "tahapan": stage.stage.kode}
            yield DatabaseReading(session, self._queries(stage), self._facts(session, stage), values, noticed)

    def _check_account(self, session: Session) -> list[Finding]:
        """Refuse an account that may do what reading never needs; note one that may write."""
        rights = self._engine.rights(session)
        if rights.powers:
            raise AccountTooPowerful(
                T("The account {user} has the right {powers}.",
                  user=self._access.user, powers=", ".join(rights.powers)),
                remedy=T("Give the agent an account that can only read (`sudo sinergi source grants`)."),
            )  # fmt: skip
        shown = ", ".join(rights.writes)[:200]
        return [Finding("account_writes", values={"tables": shown})] if rights.writes else []

    def _check_tables(self, session: Session) -> list[Finding]:
        """Refuse where a table or column cannot be read; note tables that no transaction protects."""
        expected = self._source.description.tables
        found = self._engine.columns(session, expected)
        for table, columns in expected.items():
            if table.lower() not in found:
                raise _missing(T("The table {table} is missing.", table=table))
            if lacking := sorted({column.lower() for column in columns} - found[table.lower()]):
                raise _missing(
                    T("The table {table} lacks {columns}.", table=table, columns=", ".join(lacking))
                )
        torn = ", ".join(self._engine.torn_tables(session, expected))[:200]
        return [Finding("consistency_is_guaranteed", values={"tables": torn})] if torn else []

    def _stage(self, session: Session, tahun: int) -> Candidate:
        """The stage to read; raises StageToChoose."""
        description = self._source.description
        if description.stage:
            return Candidate(description.stage.stage(), True, next(iter(description.variants)))
        queries = Queries(self._source, self._engine, {})
        require_year(session, queries.years(), tahun)
        found = candidates(session.named(queries.stages(), {"tahun": tahun}, COLUMNS))
        option = description.stage_option
        return chosen(found, self._access.options.get(option, ""), option, tahun)

    def _queries(self, stage: Candidate) -> Queries:
        return Queries(self._source, self._engine, self._source.description.variants[stage.variant])

    def _facts(self, session: Session, stage: Candidate) -> SourceFacts:
        description = self._source.description
        return SourceFacts(
            application=description.application,
            version=description.version,
            engine=self._engine.name,
            engine_version=self._engine.version(session),
            stage=stage.stage,
            torn_possible=bool(self._engine.torn_tables(session, description.tables)),
        )

    def _probe_account(self, session: Session) -> Noticed:
        return _noticed(self._check_account(session), T("The account can only read."))

    def _probe_tables(self, session: Session) -> Noticed:
        count = len(self._source.description.tables)
        return _noticed(self._check_tables(session), T("All {count} tables are there.", count=count))

    def _probe_rows(self, session: Session, tahun: int) -> Noticed:
        queries = Queries(self._source, self._engine, {})
        require_year(session, queries.years(), tahun)
        counted = [(table, session.one(queries.count(table))[0]) for table in self._source.description.tables]
        return Noticed(T("{counts}.", counts=", ".join(f"{table} {count}" for table, count in counted)))

    def _probe_stage(self, session: Session, tahun: int) -> Noticed:
        stage = self._stage(session, tahun).stage
        return Noticed(T("{nama} ({evidence}).", nama=stage.nama, evidence=stage.evidence))


def _noticed(findings: Sequence[Finding], otherwise: Text) -> Noticed:
    if findings:
        return Noticed(problem_of(findings[0]), remedy_of(findings[0]))
    return Noticed(otherwise)


def _missing(problem: Text) -> TableMissing:
    return TableMissing(
        problem,
        remedy=T("Check the application and its version, and that the account may read this table."),
    )
