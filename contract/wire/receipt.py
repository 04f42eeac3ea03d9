"""Receipts: the centre's signed word on when something arrived, and in the end on what it was.

A receipt is checked offline with the centre's public key alone.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import Field

from contract.wire import envelope
from contract.wire.documents import Answer, Count, Time
from contract.wire.manifest import KodePemda, Sha256, Year

SCHEMA: Final = "sikd.receipt/1"
MAX_RECEIPT_BYTES = 16 * 1024


class ReceiptType(StrEnum):
    """What a receipt proves."""

    COMMIT = "commit"
    FINAL = "final"
    REFUSED = "refused"


class LogProof(Answer):
    """Where a receipt stands in the centre's append-only log (RFC 6962 hashing); null until there is one."""

    leaf_index: Count
    tree_size: Count
    inclusion_proof: tuple[str, ...]
    checkpoint: str


class Receipt(Answer):
    """What the centre received, from whom, and when."""

    schema_: Annotated[Literal["sikd.receipt/1"], Field(alias="schema")] = SCHEMA
    type: Annotated[ReceiptType, Field(strict=False)]
    snapshot_id: Sha256
    content_id: Sha256
    node_id: str
    kode_pemda: KodePemda
    tahun_anggaran: Year
    sequence: Count
    received_at: Time
    centre_key_id: Sha256
    log: LogProof | None = None

    def signed(self, key: Ed25519PrivateKey) -> bytes:
        """The receipt in an envelope by the centre's key."""
        return envelope.sign(envelope.RECEIPT_TYPE, self.to_bytes(), key, keyid=self.centre_key_id).to_bytes()


def verify_receipt(data: bytes, centre_key: Ed25519PublicKey) -> Receipt:
    """A receipt from its envelope's bytes; raises BadSignature where the centre did not sign it."""
    payload = envelope.read(data, max_bytes=MAX_RECEIPT_BYTES).verified(envelope.RECEIPT_TYPE, centre_key)
    return Receipt.from_bytes(payload, max_bytes=MAX_RECEIPT_BYTES)
