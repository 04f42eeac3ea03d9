"""A receipt is checked before a word of it is read, with a key that this node trusts or once trusted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.errors import CentreNotConfirmed
from agent.receipts import verified
from agent.storage.state import State, TrustedCentre
from contract.errors import BadSignature
from contract.wire import envelope
from contract.wire.canonical import sha256_hex
from contract.wire.identity import spki
from contract.wire.receipt import Receipt, ReceiptType

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
FORMER, PRESENT = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


def receipt_of(key: Ed25519PrivateKey) -> Receipt:
    return Receipt(
        type=ReceiptType.FINAL,
        snapshot_id="ab" * 32,
        content_id="cd" * 32,
        node_id="sikd1qpzry9x8gf2tvdw0s3jn54khce",
        kode_pemda="11.10",
        tahun_anggaran=2026,
        sequence=7,
        received_at=NOW,
        centre_key_id=sha256_hex(spki(key.public_key())),
    )


@pytest.fixture
def state(tmp_path: Path) -> State:
    state = State(tmp_path / "state.db")
    for key in (FORMER, PRESENT):
        der = spki(key.public_key())
        state.trust_centre(TrustedCentre(der, "https://sikd.example"), key_id=sha256_hex(der), now=NOW)
    return state


@pytest.mark.parametrize("key", [FORMER, PRESENT])
def test_a_receipt_by_a_key_that_is_or_was_trusted_proves_itself(
    state: State, key: Ed25519PrivateKey
) -> None:
    assert verified(receipt_of(key).signed(key), state) == receipt_of(key)


@pytest.mark.parametrize("broken", [b"not a receipt", b'{"schema":"sikd.receipt/1"}', b""])
def test_what_is_no_receipt_any_more_fails_by_its_signature(state: State, broken: bytes) -> None:
    letter = envelope.read(receipt_of(PRESENT).signed(PRESENT))

    with pytest.raises(BadSignature):
        verified(replace(letter, unverified_payload=broken).to_bytes(), state)


def test_a_trusted_name_on_a_strangers_signature_opens_nothing(state: State) -> None:
    stranger = Ed25519PrivateKey.generate()

    with pytest.raises(BadSignature):
        verified(receipt_of(PRESENT).signed(stranger), state)


def test_a_key_that_was_never_trusted_is_named(state: State) -> None:
    stranger = Ed25519PrivateKey.generate()
    receipt = receipt_of(stranger)

    with pytest.raises(CentreNotConfirmed, match=receipt.centre_key_id[:16]):
        verified(receipt.signed(stranger), state)
