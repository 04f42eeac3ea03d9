"""A node that comes after another one: a new key, and a word on whose place it takes.

A node's name is made from its signing key, so a new key is a new node; the Pemda that the last one spoke for
is carried over at the centre. The key that is given up vouches for the next one, where it is still at hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import Field

from contract.wire import envelope, identity
from contract.wire.documents import Count, Document, one_line
from contract.wire.envelope import Envelope
from contract.wire.messages import MAX_MESSAGE_BYTES, Registered, verify_registration

SUCCESSION_TYPE = "application/vnd.sikd.succession.v1+json"


class SuccessionKind(StrEnum):
    """Why a node gives up its key, and with it who has to agree."""

    ROTATE = "rotate"
    """The key in use is exchanged; it vouches for the next one, and nobody else is asked."""
    CONFIRM = "confirm"
    """The key seems to be used by a copy: it vouches, but two officers decide which machine goes on."""
    REPLACE = "replace"
    """The key is lost, as after a reinstall: only the operator's word, and two officers decide."""


class Succession(Document):
    """The new node's registration (envelope in base64) and the node whose place it takes.

    `counter` is that of the last check-in answer under the old key: a copy that lags behind shows itself.
    """

    schema_: Annotated[Literal["sikd.succession/1"], Field(alias="schema")] = "sikd.succession/1"
    kind: Annotated[SuccessionKind, Field(strict=False)]
    replaces: Annotated[str, one_line(40)]
    counter: Count
    registration: Annotated[str, Field(max_length=16384)]

    def signed(self, new: Ed25519PrivateKey, old: Ed25519PrivateKey | None) -> bytes:
        """The statement in an envelope by the new key and, where it is at hand, by the old one."""
        letter = envelope.sign(SUCCESSION_TYPE, self.to_bytes(), new, keyid=_name_of(new))
        if old is not None:
            letter = letter.signed_too(old, keyid=_name_of(old))
        return letter.to_bytes()


@dataclass(frozen=True, slots=True)
class Successor:
    """A statement whose new key holds; whether the old one vouches is asked with `require_vouched`."""

    registered: Registered
    says: Succession
    letter: Envelope

    def require_vouched(self, old_der: bytes) -> None:
        """Raise BadSignature where the old key (SPKI DER, as enrolled) has not signed the statement."""
        self.letter.verified(SUCCESSION_TYPE, identity.signing_key(old_der))


def verify_succession(data: bytes) -> Successor:
    """A statement from its envelope; raises a ContractError where the new node's keys do not vouch for it.

    1. The new key is taken from the registration inside, which vouches for itself.
    2. The envelope is signed by that key, so nobody states a succession for another's key.
    """
    letter = envelope.read(data, max_bytes=MAX_MESSAGE_BYTES)
    says = Succession.from_bytes(letter.unverified_payload, max_bytes=MAX_MESSAGE_BYTES)
    registered = verify_registration(identity.from_base64(says.registration))
    letter.verified(SUCCESSION_TYPE, identity.signing_key(registered.signing_der))
    return Successor(registered, says, letter)


def _name_of(key: Ed25519PrivateKey) -> str:
    return identity.node_id(identity.spki(key.public_key()))
