"""What a node and the centre say to each other besides snapshots: registration, check-in, answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import Field

from contract.errors import ExplainedError
from contract.wire import envelope, identity
from contract.wire.documents import Answer, Count, Document, ShortText, Time
from contract.wire.frames import MAX_FRAME_BYTES
from contract.wire.manifest import KodePemda, Sha256, WireFinding
from contract.wire.states import NodeState, SnapshotState
from contract.wire.ticket import TICKET_PREFIX

MAX_MESSAGE_BYTES = 64 * 1024
MAX_SNAPSHOT_ANSWER_BYTES = 2 * 1024 * 1024
"""Room for every segment lacking and for the most findings that a manifest can hold."""
PROBLEM_URN = "urn:sikd:problem:"

Base64 = Annotated[str, Field(max_length=4096)]


class Registration(Document):
    """A node's two public keys and what it says of its host; signed by the first of the two keys.

    `ticket` is the public key of the install ticket, which then signs too; null where there is none.
    """

    schema_: Annotated[Literal["sikd.registration/1"], Field(alias="schema")] = "sikd.registration/1"
    signing_key: Base64
    sealing_key: Base64
    sealing_signature: Base64
    hostname: ShortText
    machine: ShortText
    agent_version: ShortText
    ticket: Base64 | None = None

    def signed(self, key: Ed25519PrivateKey, ticket_key: Ed25519PrivateKey | None = None) -> bytes:
        """The registration in an envelope by the node's own key, and by its ticket's where it names one."""
        keyid = identity.node_id(identity.spki(key.public_key()))
        letter = envelope.sign(envelope.REGISTRATION_TYPE, self.to_bytes(), key, keyid=keyid)
        if ticket_key is not None:
            letter = letter.signed_too(ticket_key, keyid=TICKET_PREFIX)
        return letter.to_bytes()


@dataclass(frozen=True, slots=True)
class Registered:
    """A registration whose signatures hold: the node's name, its keys (SPKI DER), and what it says.

    `ticket_der` is the public key of an install ticket that its sender holds, or None.
    """

    node_id: str
    signing_der: bytes
    sealing_der: bytes
    says: Registration
    ticket_der: bytes | None = None


def verify_registration(data: bytes) -> Registered:
    """A registration from its envelope; raises a ContractError where its keys do not vouch for it.

    1. The key is taken from the payload, because registering is how a key becomes known.
    2. The envelope is signed by that key, so its sender holds it.
    3. The sealing key is vouched for by the same key.
    4. The envelope is signed by the ticket's key too, where it names one, so its sender holds the ticket.
    """
    letter = envelope.read(data, max_bytes=MAX_MESSAGE_BYTES)
    says = Registration.from_bytes(letter.unverified_payload, max_bytes=MAX_MESSAGE_BYTES)
    signing_der, sealing_der = identity.from_base64(says.signing_key), identity.from_base64(says.sealing_key)
    key = identity.signing_key(signing_der)
    letter.verified(envelope.REGISTRATION_TYPE, key)
    identity.sealing_key(sealing_der)
    identity.require_vouched(key, sealing_der, identity.from_base64(says.sealing_signature))
    ticket_der = None if says.ticket is None else identity.from_base64(says.ticket)
    if ticket_der is not None:
        letter.verified(envelope.REGISTRATION_TYPE, identity.signing_key(ticket_der))
    return Registered(identity.node_id(signing_der), signing_der, sealing_der, says, ticket_der)


class Centre(Answer):
    """Who the centre is: its key (SPKI DER in base64) and the address that requests are signed for."""

    schema_: Annotated[Literal["sikd.centre/1"], Field(alias="schema")] = "sikd.centre/1"
    public_url: Annotated[str, Field(max_length=300)]
    key: Base64
    server_time: Time

    def signed(self, key: Ed25519PrivateKey) -> bytes:
        """The answer in an envelope by the centre's key."""
        keyid = identity.key_id(identity.spki(key.public_key()))
        return envelope.sign(envelope.CENTRE_TYPE, self.to_bytes(), key, keyid=keyid).to_bytes()


def verify_centre(data: bytes, pinned: Ed25519PublicKey | None) -> Centre:
    """Who the centre is, from its envelope; raises BadSignature where its key or the pinned one did not sign.

    1. The key is taken from the payload, because this is how a node meets the centre.
    2. The envelope is signed by that key, so its sender holds it.
    3. It is signed by the pinned key too: the same key, or the last one vouching for the next.
    """
    letter = envelope.read(data, max_bytes=MAX_MESSAGE_BYTES)
    centre = Centre.from_bytes(letter.unverified_payload, max_bytes=MAX_MESSAGE_BYTES)
    stated = identity.signing_key(identity.from_base64(centre.key))
    letter.verified(envelope.CENTRE_TYPE, stated)
    if pinned is not None:
        letter.verified(envelope.CENTRE_TYPE, pinned)
    return centre


class Checkin(Document):
    """A node's sign of life; `checkin_id` is stored before sending, so a lost answer can be had again."""

    schema_: Annotated[Literal["sikd.checkin/1"], Field(alias="schema")] = "sikd.checkin/1"
    checkin_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}\z")]
    counter: Count
    hostname: ShortText
    machine: ShortText
    agent_version: ShortText
    database: ShortText
    queued: Count


class Order(StrEnum):
    """What the centre may ask of a node; nothing else, and never SQL."""

    PROBE = "probe"
    SNAPSHOT = "snapshot"


class CheckinAnswer(Answer):
    """The centre's signed answer: what the node is to the centre, and what is expected next."""

    schema_: Annotated[Literal["sikd.checkin-answer/1"], Field(alias="schema")] = "sikd.checkin-answer/1"
    node_id: str
    checkin_id: str
    counter: Count
    state: Annotated[NodeState, Field(strict=False)]
    reason: str
    kode_pemda: KodePemda | None
    kode_satker: str | None
    kode_bps: str | None
    nama_pemda: str
    match_nonce: Base64
    server_time: Time
    last_sequence: Count
    last_content_id: Sha256 | None
    next_deadline: Time | None
    access: Base64 | None
    orders: Annotated[tuple[Annotated[Order, Field(strict=False)], ...], Field(strict=False)]
    schedule: ShortText | None = None
    """When to read (contract/wire/schedule.py); any text, because a newer centre may know other words."""

    def signed(self, key: Ed25519PrivateKey, *, keyid: str) -> bytes:
        """The answer in an envelope by the centre's key."""
        return envelope.sign(envelope.CHECKIN_ANSWER_TYPE, self.to_bytes(), key, keyid=keyid).to_bytes()


def verify_checkin_answer(data: bytes, centre_key: Ed25519PublicKey) -> CheckinAnswer:
    """The centre's answer from its envelope; raises BadSignature where the centre did not sign it."""
    letter = envelope.read(data, max_bytes=MAX_MESSAGE_BYTES)
    payload = letter.verified(envelope.CHECKIN_ANSWER_TYPE, centre_key)
    return CheckinAnswer.from_bytes(payload, max_bytes=MAX_MESSAGE_BYTES)


class SnapshotAnswer(Answer):
    """Where a snapshot stands: its state, its receipts (envelopes, oldest first), and what is lacking.

    `lacking` lists the plain hashes of the segments to send, in the order in which to send their frames; of
    the first of these frames the centre has `held` bytes, from a line that broke.
    """

    schema_: Annotated[Literal["sikd.snapshot-answer/1"], Field(alias="schema")] = "sikd.snapshot-answer/1"
    snapshot_id: Sha256
    state: Annotated[SnapshotState, Field(strict=False)]
    reason: str
    lacking: Annotated[tuple[Sha256, ...], Field(strict=False)]
    held: Annotated[int, Field(ge=0, le=MAX_FRAME_BYTES)] = 0
    receipts: Annotated[tuple[Annotated[str, Field(max_length=32768)], ...], Field(strict=False)]
    findings: Annotated[tuple[WireFinding, ...], Field(strict=False)]


class Problem(Answer):
    """An error answer (RFC 9457): `slug` names it for programs; `title`, `remedy` are English for people."""

    type: Annotated[str, Field(max_length=200)]
    title: Annotated[str, Field(max_length=2000)]
    status: int
    code: Annotated[str, Field(max_length=20)]
    remedy: Annotated[str, Field(max_length=2000)] = ""
    server_time: Time | None = None

    @classmethod
    def of(cls, error: ExplainedError, *, server_time: datetime | None = None) -> Self:
        """The answer that tells a node about an error, with the centre's time where clocks may matter."""
        return cls(
            type=PROBLEM_URN + error.slug,
            title=str(error.problem)[:2000],
            status=error.status,
            code=error.code,
            remedy=str(error.remedy)[:2000],
            server_time=server_time,
        )

    @property
    def slug(self) -> str:
        """The error's name without its URN, for example `stale-sequence`."""
        return self.type.rpartition(":")[2]
