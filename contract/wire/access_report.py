"""What a node says of its database access: how each step went, and never an address or an account."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import Field, model_validator

from contract.errors import BadSignature
from contract.text import T
from contract.wire import envelope
from contract.wire.access import AccessId, Application, DatabaseEngine
from contract.wire.documents import Count, Document, Time
from contract.wire.messages import MAX_MESSAGE_BYTES


class Choice(Document):
    """An application that a node can read, and in which engines."""

    application: Application
    engines: Annotated[
        tuple[Annotated[DatabaseEngine, Field(strict=False)], ...],
        Field(strict=False, min_length=1, max_length=len(DatabaseEngine)),
    ]


class Origin(StrEnum):
    """Where an access was entered."""

    CENTRE = "centre"
    NODE = "node"


class Standing(StrEnum):
    """What a node makes of the newest access that it knows."""

    NONE = "none"
    TO_APPROVE = "to_approve"
    APPROVED = "approved"
    REFUSED = "refused"


class Step(StrEnum):
    """The steps in which a database is tried, in this order."""

    TCP = "tcp"
    TLS = "tls"
    LOGIN = "login"
    VERSION = "version"
    GRANTS = "grants"
    TABLES = "tables"
    ROWS = "rows"
    STAGE = "stage"


class Outcome(StrEnum):
    """How a step ended."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


class TriedStep(Document):
    """One step and how it ended; `code` names what is wrong and is empty where nothing is."""

    step: Annotated[Step, Field(strict=False)]
    outcome: Annotated[Outcome, Field(strict=False)]
    code: Annotated[str, Field(pattern=r"^(SIKD-E[0-9]{3})?\z")]


class AccessReport(Document):
    """What a node says of its access: no address, no account, no sentence of a database; only these words."""

    schema_: Annotated[Literal["sikd.access-report/1"], Field(alias="schema")] = "sikd.access-report/1"
    node_id: str
    made_at: Time
    choices: Annotated[tuple[Choice, ...], Field(strict=False, max_length=40)]
    access_id: AccessId | None
    version: Count
    """The highest version that this node has seen; the next one entered must be higher."""
    origin: Annotated[Origin, Field(strict=False)] | None
    standing: Annotated[Standing, Field(strict=False)]
    refusal: Annotated[str, Field(pattern=r"^[a-z-]{0,40}\z")]
    steps: Annotated[tuple[TriedStep, ...], Field(strict=False, max_length=len(Step))]

    @model_validator(mode="after")
    def _belongs_together(self) -> AccessReport:
        if (self.standing is Standing.NONE) != (self.access_id is None) or (self.origin is None) != (
            self.access_id is None
        ):
            raise ValueError("an access has a name, an origin and a standing, or there is none")
        if (self.standing is Standing.REFUSED) != bool(self.refusal):
            raise ValueError("a refusal has a reason")
        if self.steps and (self.standing is not Standing.APPROVED or _order(self.steps) != tuple(Step)):
            raise ValueError("only an approved access is tried, in all steps")
        return self

    @property
    def failed(self) -> TriedStep | None:
        """The step that failed, if one did."""
        return next((step for step in self.steps if step.outcome is Outcome.FAILED), None)

    def signed(self, key: Ed25519PrivateKey) -> bytes:
        """The report in an envelope by the node's key."""
        return envelope.sign(envelope.ACCESS_REPORT_TYPE, self.to_bytes(), key, keyid=self.node_id).to_bytes()


def verify_access_report(data: bytes, key: Ed25519PublicKey, node_id: str) -> AccessReport:
    """A node's report from its envelope; raises a ContractError where that node did not sign it."""
    letter = envelope.read(data, max_bytes=MAX_MESSAGE_BYTES)
    payload = letter.verified(envelope.ACCESS_REPORT_TYPE, key)
    report = AccessReport.from_bytes(payload, max_bytes=MAX_MESSAGE_BYTES)
    if report.node_id != node_id:
        raise BadSignature(
            T("The report names another node than the one that sent it."),
            remedy=T("Update the agent; if it is current, report this."),
        )
    return report


def _order(steps: tuple[TriedStep, ...]) -> tuple[Step, ...]:
    return tuple(tried.step for tried in steps)
