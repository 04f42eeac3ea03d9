"""DSSE: a payload and signatures over exactly its bytes, so that nothing is parsed before it is trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contract.errors import BadSignature, MalformedMessage
from contract.text import T, Text
from contract.wire import canonical
from contract.wire.identity import from_base64, to_base64

MAX_ENVELOPE_BYTES = 1024 * 1024
MAX_SIGNATURES = 8
MANIFEST_TYPE = "application/vnd.sikd.manifest.v1+json"
RECEIPT_TYPE = "application/vnd.sikd.receipt.v1+json"
REGISTRATION_TYPE = "application/vnd.sikd.registration.v1+json"
CHECKIN_ANSWER_TYPE = "application/vnd.sikd.checkin-answer.v1+json"
CENTRE_TYPE = "application/vnd.sikd.centre.v1+json"
ACCESS_REPORT_TYPE = "application/vnd.sikd.access-report.v1+json"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature of an envelope and the name of the key that is said to have made it."""

    keyid: str
    sig: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload of unverified bytes, its type, and its signatures; `verified` is the door to the payload."""

    payload_type: str
    unverified_payload: bytes
    signatures: tuple[Signature, ...]

    def verified(self, payload_type: str, key: Ed25519PublicKey) -> bytes:
        """The payload, if it is of this type and one signature is by `key`; raises BadSignature otherwise."""
        if self.payload_type != payload_type:
            found = ascii(self.payload_type[:80])
            raise _bad(T("it is of type {found}, not {expected}", found=found, expected=payload_type))
        signed = _pre_authentication(payload_type, self.unverified_payload)
        if not any(_is_by(key, signature.sig, signed) for signature in self.signatures):
            raise _bad(T("no signature is by the expected key"))
        return self.unverified_payload

    def signed_too(self, key: Ed25519PrivateKey, *, keyid: str) -> Envelope:
        """The same payload with one more signature, by `key`, beside those that it has."""
        signature = key.sign(_pre_authentication(self.payload_type, self.unverified_payload))
        return replace(self, signatures=(*self.signatures, Signature(keyid, signature)))

    def to_bytes(self) -> bytes:
        """The envelope as canonical JSON; raises TooLarge where no reader would take it."""
        written = canonical.dumps(
            {
                "payload": to_base64(self.unverified_payload),
                "payloadType": self.payload_type,
                "signatures": [{"keyid": s.keyid, "sig": to_base64(s.sig)} for s in self.signatures],
            }
        )
        if len(written) > MAX_ENVELOPE_BYTES:
            raise canonical.too_large(len(written), MAX_ENVELOPE_BYTES)
        return written


def sign(payload_type: str, payload: bytes, key: Ed25519PrivateKey, *, keyid: str) -> Envelope:
    """An envelope around `payload` with one signature by `key`."""
    signature = Signature(keyid, key.sign(_pre_authentication(payload_type, payload)))
    return Envelope(payload_type, payload, (signature,))


def read(data: bytes, *, max_bytes: int = MAX_ENVELOPE_BYTES) -> Envelope:
    """An envelope from its bytes; nothing in it is trusted yet. Raises MalformedMessage or TooLarge."""
    fields = canonical.loads(data, max_bytes=max_bytes)
    if set(fields) != {"payload", "payloadType", "signatures"}:
        raise _malformed()
    payload, payload_type, signatures = fields["payload"], fields["payloadType"], fields["signatures"]
    if not isinstance(payload, str) or not isinstance(payload_type, str) or not isinstance(signatures, list):
        raise _malformed()
    if not 1 <= len(signatures) <= MAX_SIGNATURES:
        raise _malformed()
    return Envelope(payload_type, from_base64(payload), tuple(_signature(item) for item in signatures))


def _signature(item: Any) -> Signature:
    if not isinstance(item, Mapping) or set(item) != {"keyid", "sig"}:
        raise _malformed()
    if not isinstance(item["keyid"], str) or not isinstance(item["sig"], str):
        raise _malformed()
    return Signature(item["keyid"], from_base64(item["sig"]))


def _pre_authentication(payload_type: str, payload: bytes) -> bytes:
    """DSSE's PAE: type and payload with their lengths, so that neither can be taken for the other."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def _is_by(key: Ed25519PublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _bad(why: Text) -> BadSignature:
    return BadSignature(
        T("The signed document was refused: {why}.", why=why),
        remedy=T("Do not use it; ask its sender to make it again."),
    )


def _malformed() -> MalformedMessage:
    return MalformedMessage(
        T("The message is not a DSSE envelope."),
        remedy=T("Send it again as it was made; if that fails, update this program."),
    )
