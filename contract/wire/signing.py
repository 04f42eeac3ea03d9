"""How a request is signed (RFC 9421), so that the centre knows who sent exactly these bytes to exactly this address.

Covered: method, target URI (built from the centre's configured public address, never from the Host header), digest and
length of the body. Times are judged by the caller's clock, after the signature has been verified.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    algorithms,
)
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from contract.errors import BadRequestSignature, ClockSkew
from contract.text import T, Text
from contract.wire.identity import to_base64

TAG = "sikd-v1"
LABEL = "sikd"
COMPONENTS = ("@method", "@target-uri", "content-digest", "content-length")
MAX_SKEW = timedelta(minutes=5)
NONCE_MEMORY = timedelta(minutes=10)
"""At least twice MAX_SKEW: a request that is old enough to be forgotten is too old to be accepted."""
_KEYID = re.compile(r'keyid="([0-9a-z]{1,100})"')
_NONCE = re.compile(r"[0-9A-Za-z_-]{16,64}")
_MAX_HEADER = 2048


@dataclass
class _Message:
    """What the signature library looks at: a method, an absolute address, and headers it may add to."""

    method: str
    url: str
    headers: dict[str, str]


class _OneKey(HTTPSignatureKeyResolver):
    def __init__(self, *, public: Ed25519PublicKey | None = None, private: Ed25519PrivateKey | None = None) -> None:
        self._public, self._private = public, private

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        return self._public

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey | None:
        return self._private


class _Verifier(HTTPMessageVerifier):
    """The library's verifier without its own clock: time is judged afterwards, by the caller's `now`."""

    def validate_created_and_expires(self, sig_input: object, max_age: object = None) -> None:
        return None


@dataclass(frozen=True, slots=True)
class SignedBy:
    """What a verified request signature says: who signed, when, and the one-time value."""

    node_id: str
    created: datetime
    nonce: str


def content_digest(body_sha256: bytes) -> str:
    """The Content-Digest field for a body whose SHA-256 is known."""
    return f"sha-256=:{to_base64(body_sha256)}:"


def sign_request(
    method: str,
    target_uri: str,
    *,
    body_sha256: bytes,
    body_length: int,
    node_id: str,
    key: Ed25519PrivateKey,
    created: datetime,
    nonce: str,
) -> dict[str, str]:
    """The header fields that sign a request: digest, length, signature input and signature."""
    headers = {"content-digest": content_digest(body_sha256), "content-length": str(body_length)}
    message = _Message(method, target_uri, headers)
    signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=_OneKey(private=key))
    signer.sign(
        message,
        key_id=node_id,
        created=created,
        nonce=nonce,
        label=LABEL,
        tag=TAG,
        covered_component_ids=COMPONENTS,
        use_existing_digest=True,
    )
    return {name.lower(): value for name, value in message.headers.items()}


def claimed_node_id(headers: Mapping[str, str]) -> str:
    """The node ID a request claims to be signed by; good for nothing but finding the key to verify with."""
    field = headers.get("signature-input", "")
    found = _KEYID.findall(field) if len(field) <= _MAX_HEADER else []
    if len(found) != 1:
        raise _refused(T("it names no key, or more than one"))
    return str(found[0])


def verify_request(
    method: str, target_uri: str, headers: Mapping[str, str], *, key: Ed25519PublicKey, now: datetime
) -> SignedBy:
    """Who signed a request with this key; raise BadRequestSignature or ClockSkew.

    1. The signature is by the key and covers method, address, digest and length.
    2. Its one-time value has the agreed form.
    3. Its time is near the centre's.           Last, so that only the node itself can learn of its own clock.
    """
    covered = {name: headers.get(name, "") for name in ("content-digest", "content-length")}
    signed = {name: headers.get(name, "")[:_MAX_HEADER] for name in ("signature-input", "signature")}
    verifier = _Verifier(signature_algorithm=algorithms.ED25519, key_resolver=_OneKey(public=key))
    try:
        results = verifier.verify(
            _Message(method, target_uri, covered | signed), max_age=None, expect_tag=TAG, require_components=COMPONENTS
        )
    except (HTTPMessageSignaturesException, InvalidSignature, ValueError) as error:
        raise _refused(T("the signature does not fit what arrived")) from error
    parameters = results[0].parameters
    created, nonce = parameters.get("created"), str(parameters.get("nonce", ""))
    if len(results) != 1 or not isinstance(created, int) or not _NONCE.fullmatch(nonce):
        raise _refused(T("its time or its one-time value is missing"))
    return SignedBy(str(parameters["keyid"]), _near(created, now), nonce)


def require_digest(headers: Mapping[str, str], body_sha256: bytes, body_length: int) -> None:
    """Raise BadRequestSignature where the body that arrived is not the one whose digest was signed."""
    if headers.get("content-digest") != content_digest(body_sha256):
        raise _refused(T("the body is not the one that was signed"))
    if headers.get("content-length") != str(body_length):
        raise _refused(T("the body is not as long as was signed"))


def _near(created: int, now: datetime) -> datetime:
    try:
        moment = datetime.fromtimestamp(created, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise _refused(T("its time or its one-time value is missing")) from error
    if abs(moment - now) > MAX_SKEW:
        raise ClockSkew(
            T("The clocks differ: the request was made at {created}, and it is {now}.", created=moment, now=now),
            remedy=T("Set the clock of the server on which the agent runs; nothing was lost."),
        )
    return moment


def _refused(why: Text) -> BadRequestSignature:
    return BadRequestSignature(
        T("The request was refused: {why}.", why=why),
        remedy=T("Check proxies that alter requests, and the centre's address in agent.toml."),
    )


