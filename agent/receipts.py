"""The centre's receipts: checked with its key alone, so that they prove something years later and offline."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from agent.errors import CentreNotConfirmed
from agent.storage.state import State
from contract.errors import BadSignature, ContractError
from contract.text import T
from contract.wire import envelope, identity
from contract.wire.messages import SnapshotAnswer
from contract.wire.receipt import MAX_RECEIPT_BYTES, Receipt, ReceiptType, verify_receipt


@dataclass(frozen=True, slots=True)
class ReceivedReceipt:
    """A verified receipt and the bytes that prove it."""

    receipt: Receipt
    envelope: bytes


def verified(data: bytes, state: State) -> Receipt:
    """A receipt by a key that this node trusts or once trusted; raises BadSignature for any other."""
    # The key's name only chooses among trusted keys; nothing of the receipt is parsed before its signature.
    name = envelope.read(data, max_bytes=MAX_RECEIPT_BYTES).signatures[0].keyid
    if (der := state.centre_key(name)) is None:
        raise CentreNotConfirmed(
            T("The receipt was signed by a key that this node does not trust: {key_id}.", key_id=name[:16]),
            remedy=T("Compare the fingerprint with DJPK; a centre's receipt is signed by its own key."),
        )
    return verify_receipt(data, identity.signing_key(der))


def receipts_in(
    answer: SnapshotAnswer, state: State, *, node_ids: Collection[str]
) -> dict[ReceiptType, ReceivedReceipt]:
    """The receipts of an answer by type, each verified and about this very snapshot of this very node."""
    found = {}
    for text in answer.receipts:
        data = text.encode()
        receipt = verified(data, state)
        if receipt.snapshot_id != answer.snapshot_id or receipt.node_id not in node_ids:
            raise of_another()
        found[receipt.type] = ReceivedReceipt(receipt, data)
    return found


def of_another() -> ContractError:
    """The error for a receipt, rightly signed, of something else."""
    return BadSignature(
        T("The centre's receipt is for another snapshot or another node."),
        remedy=T("Nothing was deleted; the agent asks again. If this stays, report it to DJPK."),
    )
