"""How a request is signed (RFC 9421), so that the centre knows who sent exactly these bytes to this address.

Covered: method, target URI (built from the centre's configured public address, never from the Host header),
digest and length of the body. Times are judged by the caller's clock, after the signature has been verified.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, MappingKeyResolver, algorithms
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from contract.errors import BadRequestSignature, ClockSkew
from contract.text import T, Text
from contract.wire.documents import format_time
from contract.wire.identity import node_id as node_id_of
from contract.wire.identity import spki, to_base64

TAG = "sikd-v1"
LABEL = "sikd"
COMPONENTS = ("@method", "@target-uri", "content-digest", "content-length")
MAX_SKEW = timedelta(minutes=5)
NONCE_MEMORY = timedelta(minutes=10)
"""At least twice MAX_SKEW: a request that is old enough to be forgotten is too old to be accepted."""
_PARAMETERS = frozenset({"created", "keyid", "alg", "nonce", "tag"})
_KEYID = re.compile(r'keyid="([0-9a-z]{1,100})"')
_NONCE = re.compile(r"[0-9A-Za-z_-]{16,64}")
_MAX_HEADER = 2048


@dataclass
class _Message:
    """What the signature library looks at: a method, an absolute address, and headers it may add to."""

    method: str
    url: str
    headers: dict[str, str]


class _Verifier(HTTPMessageVerifier):
    """The library's verifier without its own clock: time is judged afterwards, by the caller's `now`."""

    def validate_created_and_expires(self, _sig_input: object, max_age: object = None) -> None:
        """Every time is as good as another here."""


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
    keys = MappingKeyResolver(public_keys={}, private_keys={node_id: key})
    signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=keys)
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
    found = _KEYID.findall(_field(headers, "signature-input"))
    if len(found) != 1:
        raise _refused(T("it names no key, or more than one"))
    return str(found[0])


def verify_request(
    method: str, target_uri: str, headers: Mapping[str, str], *, key: Ed25519PublicKey, now: datetime
) -> SignedBy:
    """Who signed a request with this key; raises BadRequestSignature or ClockSkew.

    1. There is one signature; it is by the key, under the key's own name, and covers what it must.
    2. Its parameters are those that were agreed on and no others.
    3. Its time is near the centre's.           Last, so that only the node itself can learn of its own clock.
    """
    node_id = node_id_of(spki(key))
    parameters = _verified(_Message(method, target_uri, _signed_fields(headers)), node_id, key)
    nonce = str(parameters.get("nonce"))
    if parameters.keys() != _PARAMETERS or parameters["tag"] != TAG or not _NONCE.fullmatch(nonce):
        raise _refused(T("its parameters are not those that were agreed on"))
    return SignedBy(node_id, _near(int(parameters["created"]), now), nonce)


def require_digest(headers: Mapping[str, str], body_sha256: bytes, body_length: int) -> None:
    """Raise BadRequestSignature where the body that arrived is not the one whose digest was signed."""
    fields = _signed_fields(headers)
    if fields["content-digest"] != content_digest(body_sha256):
        raise _refused(T("the body is not the one that was signed"))
    if fields["content-length"] != str(body_length):
        raise _refused(T("the body is not as long as was signed"))


def _signed_fields(headers: Mapping[str, str]) -> dict[str, str]:
    names = ("signature-input", "signature", "content-digest", "content-length")
    fields = {name: _field(headers, name) for name in names}
    # A proxy may drop the length of a body that is empty; to say nothing is to say 0.
    return fields | {"content-length": fields["content-length"] or "0"}


def _field(headers: Mapping[str, str], wanted: str) -> str:
    """A header's value, empty where it is absent; a header given twice means two things to two readers."""
    values = [value for name, value in headers.items() if name.lower() == wanted]
    if len(values) > 1 or any(len(value) > _MAX_HEADER for value in values):
        raise _refused(T("its header {name} is given twice or is too long", name=wanted))
    return "".join(values)


def _verified(message: _Message, node_id: str, key: Ed25519PublicKey) -> dict[str, int | str]:
    keys = MappingKeyResolver(public_keys={node_id: key}, private_keys={})
    verifier = _Verifier(signature_algorithm=algorithms.ED25519, key_resolver=keys)
    try:
        # Without a tag or label to choose by, the library refuses a message of several signatures.
        (result,) = verifier.verify(message, max_age=None, require_components=COMPONENTS)
    except (HTTPMessageSignaturesException, ValueError) as error:
        raise _refused(T("the signature does not fit what arrived")) from error
    return result.parameters


def _near(created: int, now: datetime) -> datetime:
    try:
        moment = datetime.fromtimestamp(created, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise _refused(T("its time is no time")) from error
    if abs(moment - now) > MAX_SKEW:
        raise ClockSkew(
            T(
                "The clocks differ: the request was made at {created}, and it is {now}.",
                created=format_time(moment),
                now=format_time(now),
            ),
            remedy=T("Set the clock of the server on which the agent runs; nothing was lost."),
        )
    return moment


def _refused(why: Text) -> BadRequestSignature:
    return BadRequestSignature(
        T("The request was refused: {why}.", why=why),
        remedy=T("Check proxies that alter requests, and the centre's address in agent.toml."),
    )
