"""Everything that can be wrong between a node and the centre, as one tree.

ExplainedError                      says what happened, why, and what to do
├── ContractError                   the bytes are not what was agreed on; sending them again does not help
│   ├── MalformedMessage            not the JSON that was agreed on
│   ├── MalformedSnapshot           not a manifest, or a manifest that contradicts itself
│   ├── MalformedSegment            a segment's plain bytes are not canonical lines
│   ├── MalformedCode               a code or an amount that has no valid shape
│   ├── TooLarge                    a size, depth or count past its limit
│   ├── FrameMismatch               a frame is not the one its manifest signed for
│   ├── BadSignature                a signed document was not signed by the expected key
│   ├── BadRequestSignature         a request's signature does not cover what arrived
│   ├── MalformedTicket             what was pasted is not an install ticket, or not all of it
│   ├── MalformedAdk                a file is not an ADK file, or not all of it
│   └── AccessRefused               a sealed database access that a node does not take
│       ├── SealBroken              a byte was changed, or it was sealed for something else
│       ├── AccessOfAnotherNode     it was sealed for another node
│       ├── AccessOutdated          a newer version was seen before
│       └── AccessReplayed          this version was seen before, with another content
└── RefusedByCentre                 well-formed, but not acceptable as things stand
    ├── UnknownNode                 no such node is enrolled
    ├── NodeNotMapped               the node's state does not allow delivery
    ├── ForeignPemda                the snapshot is of another Pemda than the node's
    ├── StaleSequence               the sequence was used before by another snapshot
    ├── UnknownSnapshot             no such snapshot was committed by this node
    ├── SnapshotNotOpen             the snapshot's state does not take segments
    ├── Replayed                    this exact request was seen before
    ├── ClockSkew                   node and centre disagree about the time
    ├── Busy                        too many requests just now; trying later helps
    ├── SuccessionRefused           a new key may not take the place of the one it names
    └── TicketRefused               the install ticket lets this node in no more
        ├── UnknownTicket           this centre has issued no such ticket
        ├── TicketExpired           its time is over
        ├── TicketWithdrawn         DJPK has taken it back
        └── TicketUsed              another node has used it before: an alarm at both sides
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from contract.text import Text


class ExplainedError(Exception):
    """An error that a person can act on: what happened, and what to do about it."""

    slug: ClassVar[str] = "error"
    code: ClassVar[str] = "SIKD-E000"
    status: ClassVar[int] = 500
    retry_helps: ClassVar[bool] = False

    def __init__(self, problem: Text, *, remedy: Text) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.problem} {self.remedy}"

    def __reduce__(self) -> tuple[Any, ...]:
        # Exception's own way forgets keyword arguments, and some errors come out of a child process.
        return partial(type(self), self.problem, remedy=self.remedy), ()


class ContractError(ExplainedError):
    """The bytes are not what both sides agreed on."""

    slug, code, status = "contract", "SIKD-E100", 422


class MalformedMessage(ContractError):
    """The bytes are not the JSON that was agreed on."""

    slug, code, status = "malformed-message", "SIKD-E101", 400


class MalformedSnapshot(ContractError):
    """The payload is not a manifest, or a manifest that contradicts itself."""

    slug, code = "malformed-snapshot", "SIKD-E102"


class MalformedSegment(ContractError):
    """A segment's plain bytes are not canonical lines."""

    slug, code = "malformed-segment", "SIKD-E103"


class MalformedCode(ContractError):
    """A code or an amount that has no valid shape."""

    slug, code = "malformed-code", "SIKD-E104"


class TooLarge(ContractError):
    """A size, depth or count is past its limit."""

    slug, code, status = "too-large", "SIKD-E105", 413


class FrameMismatch(ContractError):
    """A frame is not the one that its manifest signed for."""

    slug, code = "frame-mismatch", "SIKD-E106"


class BadSignature(ContractError):
    """A document was not signed by the expected key."""

    slug, code = "bad-signature", "SIKD-E107"


class BadRequestSignature(ContractError):
    """A request's signature does not cover what arrived."""

    slug, code, status = "bad-request-signature", "SIKD-E108", 401


class MalformedTicket(ContractError):
    """What was pasted is not an install ticket, or not all of it."""

    slug, code = "malformed-ticket", "SIKD-E109"


class MalformedAdk(ContractError):
    """A file is not an ADK file, or not all of it."""

    slug, code = "malformed-adk", "SIKD-E115"


class AccessRefused(ContractError):
    """A sealed database access is not one that this node takes."""

    slug, code = "access-refused", "SIKD-E110"


class SealBroken(AccessRefused):
    """A byte of what was sealed was changed, or it was sealed for something else."""

    slug, code = "seal-broken", "SIKD-E111"


class AccessOfAnotherNode(AccessRefused):
    """The access was sealed for another node."""

    slug, code = "access-of-another-node", "SIKD-E112"


class AccessOutdated(AccessRefused):
    """A newer version of the access was seen before."""

    slug, code = "access-outdated", "SIKD-E113"


class AccessReplayed(AccessRefused):
    """This version of the access was seen before, with another content."""

    slug, code = "access-replayed", "SIKD-E114"


class RefusedByCentre(ExplainedError):
    """Well-formed, but not acceptable as things stand."""

    slug, code, status = "refused", "SIKD-E200", 403


class UnknownNode(RefusedByCentre):
    """No such node is enrolled."""

    slug, code, status = "unknown-node", "SIKD-E201", 404


class NodeNotMapped(RefusedByCentre):
    """The node's state does not allow delivery."""

    slug, code, retry_helps = "node-not-mapped", "SIKD-E202", True


class ForeignPemda(RefusedByCentre):
    """The snapshot is of another Pemda than the node's."""

    slug, code = "foreign-pemda", "SIKD-E203"


class StaleSequence(RefusedByCentre):
    """The sequence was used before by another snapshot."""

    slug, code, status = "stale-sequence", "SIKD-E204", 409


class UnknownSnapshot(RefusedByCentre):
    """No such snapshot was committed by this node."""

    slug, code, status = "unknown-snapshot", "SIKD-E205", 404


class SnapshotNotOpen(RefusedByCentre):
    """The snapshot's state does not take segments."""

    slug, code, status = "snapshot-not-open", "SIKD-E206", 409


class Replayed(RefusedByCentre):
    """This exact request was seen before."""

    slug, code, status, retry_helps = "replayed", "SIKD-E207", 409, True


class ClockSkew(RefusedByCentre):
    """Node and centre disagree about the time."""

    slug, code, status, retry_helps = "clock-skew", "SIKD-E208", 400, True


class Busy(RefusedByCentre):
    """Too many requests just now."""

    slug, code, status, retry_helps = "busy", "SIKD-E209", 429, True


class SuccessionRefused(RefusedByCentre):
    """A new key may not take the place of the one it names."""

    slug, code, status = "succession-refused", "SIKD-E210", 409


class TicketRefused(RefusedByCentre):
    """The install ticket does not let this node in."""

    slug, code = "ticket-refused", "SIKD-E220"


class UnknownTicket(TicketRefused):
    """This centre has issued no such ticket."""

    slug, code, status = "unknown-ticket", "SIKD-E221", 404


class TicketExpired(TicketRefused):
    """The ticket's time is over."""

    slug, code = "ticket-expired", "SIKD-E222"


class TicketWithdrawn(TicketRefused):
    """DJPK has taken the ticket back."""

    slug, code = "ticket-withdrawn", "SIKD-E223"


class TicketUsed(TicketRefused):
    """Another node has used the ticket before."""

    slug, code, status = "ticket-used", "SIKD-E224", 409
