"""A new key takes the place of an old one by two signatures, and by nothing less."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import BadSignature, ContractError
from contract.wire import envelope, identity
from contract.wire.succession import SUCCESSION_TYPE, Succession, SuccessionKind, verify_succession
from tests.contract.mutations import spoilt_bytes, spoilt_meaning
from tests.contract.samples import (
    NEXT_KEY,
    NODE_DER,
    NODE_ID,
    NODE_KEY,
    STRANGER_KEY,
    next_registration,
    succession,
)

NEXT_ID = identity.node_id(identity.spki(NEXT_KEY.public_key()))
SIGNED = succession().signed(NEXT_KEY, NODE_KEY)


def test_a_succession_is_read_as_it_was_written() -> None:
    said = verify_succession(SIGNED)

    assert said.says == succession()
    assert said.registered.node_id == NEXT_ID
    assert said.registered.says == next_registration()
    said.require_vouched(NODE_DER)


def test_without_the_old_keys_signature_nobody_vouches() -> None:
    said = verify_succession(succession(kind=SuccessionKind.REPLACE).signed(NEXT_KEY, None))

    with pytest.raises(BadSignature):
        said.require_vouched(NODE_DER)


def test_a_strangers_signature_vouches_for_nothing() -> None:
    said = verify_succession(succession().signed(NEXT_KEY, STRANGER_KEY))

    with pytest.raises(BadSignature):
        said.require_vouched(NODE_DER)


@pytest.mark.parametrize("signer", [NODE_KEY, STRANGER_KEY])
def test_nobody_states_a_succession_for_a_key_that_they_do_not_hold(signer: object) -> None:
    # Else a captured registration could be put in another node's place.
    with pytest.raises(BadSignature):
        verify_succession(succession().signed(signer, NODE_KEY))  # type: ignore[arg-type]


@given(st.one_of(spoilt_bytes(SIGNED), spoilt_meaning(SIGNED)))
def test_whatever_the_bytes_a_succession_is_this_one_or_refused(data: bytes) -> None:
    try:
        said = verify_succession(data)
    except ContractError:
        return

    assert said.says == succession()


@given(spoilt_meaning(succession().to_bytes()))
def test_validly_signed_nonsense_is_refused(payload: bytes) -> None:
    letter = envelope.sign(SUCCESSION_TYPE, payload, NEXT_KEY, keyid=NEXT_ID).signed_too(
        NODE_KEY, keyid=NODE_ID
    )

    try:
        said = verify_succession(letter.to_bytes())
    except ContractError:
        return

    assert said.says.to_bytes() == payload
    assert isinstance(said.says, Succession)
