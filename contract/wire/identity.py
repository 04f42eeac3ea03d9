"""Who a node is: two public keys, the second vouched for by the first, and a name that a person reads out.

The name (node ID) is Bech32m over the first 100 bits of SHA-256 of the signing key, so a wrong letter never
names another node.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from contract.errors import BadSignature, MalformedCode, MalformedMessage
from contract.text import T
from contract.wire import bech32m

NODE_PREFIX = "sikd"
_NODE_BITS, _MATCH_BITS = 100, 40
_SEALING_CONTEXT = b"sikd sealing key v1\n"


def spki(key: Ed25519PublicKey | ec.EllipticCurvePublicKey) -> bytes:
    """A public key as SubjectPublicKeyInfo DER, the form in which keys are hashed and sent."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def to_base64(data: bytes) -> str:
    """Standard base64 with padding, as every binary field of a message has it."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """Bytes from standard base64 in its one canonical spelling; raises MalformedMessage otherwise."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _bad_field("base64") from error
    if to_base64(data) != text:
        raise _bad_field("base64")
    return data


def signing_key(der: bytes) -> Ed25519PublicKey:
    """An Ed25519 public key from SPKI DER; raises MalformedMessage for anything else."""
    key = _public_key(der)
    if not isinstance(key, Ed25519PublicKey) or spki(key) != der:
        raise _bad_field("Ed25519")
    return key


def sealing_key(der: bytes) -> ec.EllipticCurvePublicKey:
    """A P-256 public key from SPKI DER; raises MalformedMessage for anything else."""
    key = _public_key(der)
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise _bad_field("P-256")
    if spki(key) != der:
        raise _bad_field("P-256")
    return key


def node_id(signing_der: bytes) -> str:
    """The node ID that belongs to a signing key (SPKI DER)."""
    return bech32m.encode(NODE_PREFIX, bech32m.five_bit(hashlib.sha256(signing_der).digest(), _NODE_BITS))


def require_node_id(text: str) -> str:
    """A node ID without spaces and in lower case; raises MalformedCode where its checksum does not hold."""
    compact = "".join(text.split()).replace("-", "").lower()
    decoded = bech32m.decode(compact)
    if decoded is None or decoded[0] != NODE_PREFIX or len(decoded[1]) * 5 != _NODE_BITS:
        raise MalformedCode(
            T("{text} is not a node ID.", text=repr(text[:60])),
            remedy=T("Copy the node ID from `sinergi status`; one letter is wrong or missing."),
        )
    return compact


def grouped(node: str) -> str:
    """A node ID in groups of four after its prefix, as people read it."""
    body = node.removeprefix(NODE_PREFIX + "1")
    return " ".join([NODE_PREFIX + "1", *(body[start : start + 4] for start in range(0, len(body), 4))])


def key_id(public_der: bytes) -> str:
    """A key's SHA-256 in lower-case hexadecimal, the name of a centre key in receipts and envelopes."""
    return hashlib.sha256(public_der).hexdigest()


def fingerprint(public_der: bytes) -> str:
    """A key's SHA-256 in upper-case hexadecimal groups of four, as people compare it."""
    digest = hashlib.sha256(public_der).hexdigest().upper()
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))


def vouch_for_sealing_key(key: Ed25519PrivateKey, sealing_der: bytes) -> bytes:
    """The signing key's signature over the node's sealing key."""
    return key.sign(_SEALING_CONTEXT + sealing_der)


def require_vouched(signing: Ed25519PublicKey, sealing_der: bytes, signature: bytes) -> None:
    """Raise BadSignature where the sealing key was not vouched for by this signing key."""
    try:
        signing.verify(signature, _SEALING_CONTEXT + sealing_der)
    except InvalidSignature as error:
        raise BadSignature(
            T("The sealing key was not signed by the node's signing key."),
            remedy=T("Register the node again; do not map it before that succeeds."),
        ) from error


def match_code(signing_der: bytes, sealing_der: bytes, centre_der: bytes, nonce: bytes) -> str:
    """Eight characters that both sides compare by voice; a look-alike or a middleman gives another code."""
    digest = hashlib.sha256(signing_der + sealing_der + centre_der + nonce).digest()
    return "".join(bech32m.CHARSET[value] for value in bech32m.five_bit(digest, _MATCH_BITS))


def _public_key(der: bytes) -> object:
    try:
        return load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _bad_field("SubjectPublicKeyInfo") from error


def _bad_field(expected: str) -> MalformedMessage:
    return MalformedMessage(
        T("A field of the message is not valid {expected}.", expected=expected),
        remedy=T("Send it again as it was made; if that fails, update this program."),
    )
