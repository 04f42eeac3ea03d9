"""What the agent asks of any finance database, whatever its engine and application.

A connector reads one consistent snapshot and hands out budget sums, one SKPD at a time. It never writes, and
it never decides what *murni* is by itself where the operator must choose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from contract.budget.findings import Finding
from contract.budget.names import Name
from contract.budget.totals import Totals
from contract.errors import ExplainedError
from contract.text import Text


@dataclass(frozen=True, slots=True)
class Access:
    """Where a finance database is and how to sign in; the password never shows in a repr."""

    application: str
    engine: str
    database: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = "prefer"
    options: Mapping[str, str] = field(default_factory=dict)
    """Settings of the source, for example `folder` of a generic source or `id_jadwal` of a chosen stage."""

    @property
    def is_on_this_server(self) -> bool:
        """Whether the way to the database crosses no network: a file, a socket, or loopback."""
        return self.host in {"", "localhost", "::1"} or self.host.startswith(("/", "127."))


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the budget (*tahapan*) and why it is, or may be, the APBD Murni."""

    kode: str
    nama: str
    evidence: str


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What was read, as the manifest states it."""

    application: str
    version: str
    engine: str
    engine_version: str
    stage: Stage
    torn_possible: bool


class Reading(Protocol):
    """One open, consistent, read-only view; use it once, in this order: totals, names, skpd, findings."""

    facts: SourceFacts
    totals: Totals
    """Control totals, summed by the database itself inside this view."""

    def names(self) -> Iterable[Name]:
        """All names that belong to codes of this budget, in no particular order."""
        ...

    def skpd(self) -> Iterator[tuple[str, dict[str, int]]]:
        """(kode_skpd, sums in sen by TAB-joined key of eight fields), one SKPD at a time, in code order."""
        ...

    def findings(self) -> Sequence[Finding]:
        """What was noticed; complete once `skpd` has been read to its end."""
        ...


class StepResult(StrEnum):
    """How one step of a probe ended."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class ProbeStep:
    """One step of a probe: TCP, TLS, login, version, grants, tables, row counts or stage."""

    name: str
    result: StepResult
    detail: Text
    remedy: Text | None = None
    code: str = ""


class Connector(Protocol):
    """A finance database that can be probed and read."""

    def probe(self, tahun: int) -> Sequence[ProbeStep]:
        """Try each step in turn and say how it went; after a failure the rest is skipped. Raises nothing."""
        ...

    def reading(self, tahun: int) -> AbstractContextManager[Reading]:
        """Open one consistent view; raises a ConnectorError that says what is wrong and what to do."""
        ...


class ConnectorError(ExplainedError):
    """The finance database cannot be read as it is."""

    slug, code, status = "connector", "SIKD-E300", 500


class DatabaseUnreachable(ConnectorError):
    """No connection to the database could be made, or it broke off."""

    slug, code, retry_helps = "database-unreachable", "SIKD-E301", True


class LoginRefused(ConnectorError):
    """The database refused the account or its password."""

    slug, code = "login-refused", "SIKD-E302"


class AccountTooPowerful(ConnectorError):
    """The account may do what an account for reading must never do."""

    slug, code = "account-too-powerful", "SIKD-E303"


class TableMissing(ConnectorError):
    """A table or column that the application is expected to have is not there, or not readable."""

    slug, code = "table-missing", "SIKD-E304"


class NoBudget(ConnectorError):
    """The database holds no budget of the year that was asked for."""

    slug, code = "no-budget", "SIKD-E305"


class StageToChoose(ConnectorError):
    """More than one stage could be the APBD Murni, or none is for certain; the operator must choose."""

    slug, code = "stage-to-choose", "SIKD-E306"


class SourceContradicts(ConnectorError):
    """The budget in the database contradicts itself, so that no one snapshot of it would be right."""

    slug, code = "source-contradicts", "SIKD-E307"


class UnknownSource(ConnectorError):
    """No such application, engine, or source folder."""

    slug, code = "unknown-source", "SIKD-E308"


class TlsRefused(ConnectorError):
    """The connection could not be encrypted as the access demands."""

    slug, code = "tls-refused", "SIKD-E309"


class TornRead(ConnectorError):
    """The budget changed while it was read, in tables that no transaction protects."""

    slug, code, retry_helps = "torn-read", "SIKD-E310", True


class SourceNotTrusted(ConnectorError):
    """Another user of this server could change the queries of a source."""

    slug, code = "source-not-trusted", "SIKD-E311"
