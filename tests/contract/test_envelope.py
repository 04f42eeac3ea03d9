"""A signed document is worth something only as a whole, by the right key, and as what it was signed as."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import BadSignature, ContractError, MalformedMessage, TooLarge
from contract.wire import canonical, envelope
from contract.wire.envelope import MANIFEST_TYPE, MAX_SIGNATURES, RECEIPT_TYPE, Envelope
from contract.wire.manifest import read_manifest
from contract.wire.receipt import verify_receipt
from tests.contract.mutations import one_byte_changed, spoilt_bytes, spoilt_meaning
from tests.contract.samples import (
    CENTRE_KEY,
    CENTRE_KEY_ID,
    NODE_ID,
    NODE_KEY,
    STRANGER_KEY,
    manifest,
    receipt,
    signed_manifest,
)

MADE = manifest()
SIGNED = signed_manifest(MADE)
NODE = NODE_KEY.public_key()
RECEIPT = receipt().signed(CENTRE_KEY)


def with_fields(**changed: object) -> bytes:
    """The signed manifest's envelope with other fields, still canonical."""
    return canonical.dumps(canonical.loads(SIGNED, max_bytes=len(SIGNED)) | changed)


def test_what_was_signed_comes_out_to_the_byte() -> None:
    payload = envelope.read(SIGNED).verified(MANIFEST_TYPE, NODE)

    assert payload == MADE.to_bytes()
    assert read_manifest(payload) == MADE


def test_an_envelope_is_written_as_it_was_read() -> None:
    assert envelope.read(SIGNED).to_bytes() == SIGNED


@given(one_byte_changed(SIGNED))
def test_one_changed_byte_is_refused_before_parsing(changed: bytes) -> None:
    try:
        read = envelope.read(changed)
        payload = read.verified(MANIFEST_TYPE, NODE)
    except ContractError:
        return

    # The name of a key is only a hint, and is not signed: nothing that counts was changed.
    assert payload == MADE.to_bytes()
    assert read.signatures[0].keyid != NODE_ID


@given(st.one_of(spoilt_bytes(SIGNED), spoilt_meaning(SIGNED)))
def test_whatever_the_bytes_only_the_errors_of_the_contract_come_out(data: bytes) -> None:
    try:
        read = envelope.read(data)
    except ContractError:
        return

    assert read.to_bytes() == data


@given(st.one_of(spoilt_bytes(RECEIPT), spoilt_meaning(RECEIPT)))
def test_whatever_the_bytes_a_receipt_says_what_the_centre_said(data: bytes) -> None:
    try:
        read = verify_receipt(data, CENTRE_KEY.public_key())
    except ContractError:
        return

    assert read == receipt()


def test_another_key_is_refused() -> None:
    with pytest.raises(BadSignature, match="no signature is by the expected key"):
        envelope.read(SIGNED).verified(MANIFEST_TYPE, STRANGER_KEY.public_key())


def test_the_name_of_a_key_is_no_key() -> None:
    forged = envelope.sign(MANIFEST_TYPE, MADE.to_bytes(), STRANGER_KEY, keyid=NODE_ID)

    with pytest.raises(BadSignature):
        forged.verified(MANIFEST_TYPE, NODE)


def test_a_document_of_one_kind_is_not_taken_for_another() -> None:
    as_receipt = envelope.sign(RECEIPT_TYPE, MADE.to_bytes(), NODE_KEY, keyid=NODE_ID)

    with pytest.raises(BadSignature, match="of type"):
        as_receipt.verified(MANIFEST_TYPE, NODE)
    with pytest.raises(BadSignature, match="no signature"):
        Envelope(MANIFEST_TYPE, as_receipt.unverified_payload, as_receipt.signatures).verified(
            MANIFEST_TYPE, NODE
        )


def test_length_and_content_cannot_change_places() -> None:
    # DSSE writes the lengths into what is signed: type "a", payload "b c" is not type "a b", payload "c".
    signed = envelope.sign("type a", b"b c", NODE_KEY, keyid=NODE_ID)

    with pytest.raises(BadSignature):
        Envelope("type", b"a b c", signed.signatures).verified("type", NODE)


def test_what_is_signed_is_what_dsse_says() -> None:
    # From the protocol's own test vector, with our key.
    signed = envelope.sign("http://example.com/HelloWorld", b"hello world", NODE_KEY, keyid="")

    NODE.verify(signed.signatures[0].sig, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world")


def test_a_second_signature_can_stand_beside_the_first() -> None:
    ours, theirs = (
        envelope.sign(MANIFEST_TYPE, MADE.to_bytes(), key, keyid="") for key in (NODE_KEY, STRANGER_KEY)
    )
    both = Envelope(MANIFEST_TYPE, MADE.to_bytes(), theirs.signatures + ours.signatures)

    read = envelope.read(both.to_bytes())

    assert read.verified(MANIFEST_TYPE, NODE) == read.verified(MANIFEST_TYPE, STRANGER_KEY.public_key())


@pytest.mark.parametrize("sig", [b"", b"\x00" * 63, b"\x00" * 64, b"\xff" * 64, b"\x00" * 65, b"x" * 3000])
def test_a_signature_of_any_length_is_only_a_wrong_signature(sig: bytes) -> None:
    letter = Envelope(MANIFEST_TYPE, b"{}", (envelope.Signature(NODE_ID, sig),))

    with pytest.raises(BadSignature):
        letter.verified(MANIFEST_TYPE, NODE)


SIGNATURE: dict[str, Any] = {"keyid": NODE_ID, "sig": base64.b64encode(bytes(64)).decode()}


@pytest.mark.parametrize(
    "changed",
    [
        {"payload": None},
        {"payload": ["e30="]},
        {"payload": "e30"},
        {"payload": "e30=="},
        {"payload": "e31="},
        {"payload": "e30=\n"},
        {"payload": "e3 0="},
        {"payload": "_-8="},
        {"payload": "é"},
        {"payloadType": 1},
        {"signatures": []},
        {"signatures": {}},
        {"signatures": "x"},
        {"signatures": [None]},
        {"signatures": [SIGNATURE | {"sig": "!"}]},
        {"signatures": [SIGNATURE | {"sig": 5}]},
        {"signatures": [SIGNATURE | {"keyid": None}]},
        {"signatures": [SIGNATURE | {"cert": "x"}]},
        {"signatures": [{"sig": SIGNATURE["sig"]}]},
        {"signatures": [SIGNATURE] * (MAX_SIGNATURES + 1)},
        {"extra": 1},
    ],
    ids=lambda changed: ascii(changed)[:40],
)
def test_an_envelope_has_exactly_its_three_fields(changed: dict[str, object]) -> None:
    with pytest.raises(MalformedMessage):
        envelope.read(with_fields(**changed))


def test_an_envelope_past_its_limit_is_not_looked_at() -> None:
    with pytest.raises(TooLarge):
        envelope.read(b"x" * (envelope.MAX_ENVELOPE_BYTES + 1))


# Receipts


def test_a_receipt_is_verified_offline_with_the_centres_key_alone() -> None:
    assert verify_receipt(RECEIPT, CENTRE_KEY.public_key()) == receipt()


def test_a_receipt_by_anyone_else_is_refused() -> None:
    with pytest.raises(BadSignature):
        verify_receipt(receipt().signed(STRANGER_KEY), CENTRE_KEY.public_key())


def test_a_receipt_may_say_more_than_this_version_knows() -> None:
    payload = canonical.dumps(canonical.loads(receipt().to_bytes(), max_bytes=10_000) | {"seal": "new"})
    newer = envelope.sign(RECEIPT_TYPE, payload, CENTRE_KEY, keyid=CENTRE_KEY_ID).to_bytes()

    assert verify_receipt(newer, CENTRE_KEY.public_key()) == receipt()


def test_a_receipt_has_a_place_for_the_log_that_will_hold_it() -> None:
    log = {"leaf_index": 4, "tree_size": 9, "inclusion_proof": ["ab" * 32], "checkpoint": "log\\n9\\nabc=\\n"}
    payload = canonical.dumps(canonical.loads(receipt().to_bytes(), max_bytes=10_000) | {"log": log})
    logged = envelope.sign(RECEIPT_TYPE, payload, CENTRE_KEY, keyid=CENTRE_KEY_ID).to_bytes()

    proof = verify_receipt(logged, CENTRE_KEY.public_key()).log

    assert proof is not None
    assert proof.inclusion_proof == ("ab" * 32,)
