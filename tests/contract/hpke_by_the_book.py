"""HPKE base mode written down from RFC 9180 once more, to judge the library and the browser's page by."""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEM, _SUITE = b"KEM" + bytes((0, 16)), b"HPKE" + bytes((0, 16, 0, 1, 0, 1))
_VERSION = b"HPKE-v1"


def _extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), _VERSION + suite + label + ikm, "sha256")


def _expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    block = length.to_bytes(2) + _VERSION + suite + label + info + b"\x01"
    return hmac.digest(key, block, hashlib.sha256)[:length]


def open_base(sealed: bytes, key: ec.EllipticCurvePrivateKey, info: bytes, aad: bytes = b"") -> bytes:
    """The plain message of sequence number 0; raises InvalidTag."""
    enc, ciphertext = sealed[:65], sealed[65:]
    sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), enc)
    shared = key.exchange(ec.ECDH(), sender)
    own = key.public_key().public_numbers()
    context = enc + b"\x04" + own.x.to_bytes(32) + own.y.to_bytes(32)
    secret = _expand(_KEM, _extract(_KEM, b"", b"eae_prk", shared), b"shared_secret", context, 32)
    schedule = (
        b"\x00" + _extract(_SUITE, b"", b"psk_id_hash", b"") + _extract(_SUITE, b"", b"info_hash", info)
    )
    derived = _extract(_SUITE, secret, b"secret", b"")
    cipher = AESGCM(_expand(_SUITE, derived, b"key", schedule, 16))
    return cipher.decrypt(_expand(_SUITE, derived, b"base_nonce", schedule, 12), ciphertext, aad)
