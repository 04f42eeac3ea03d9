"""Sealing (HPKE, RFC 9180): what only the holder of one sealing key can read, bound to what it is meant for.

Whoever knows a public sealing key can seal to it, so an opened message proves nothing about its sender.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from contract.errors import SealBroken
from contract.text import T

SEAL_BYTES = 65 + 16
"""How much longer a sealed message is: the sender's one-time public key before it, the tag after it."""
_SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)


def seal(plain: bytes, key: ec.EllipticCurvePublicKey, info: bytes) -> bytes:
    """The one-time public key (65 bytes, uncompressed) and the ciphertext, in base mode and with no AAD."""
    return _SUITE.encrypt(plain, key, info)


def unseal(sealed: bytes, key: ec.EllipticCurvePrivateKey, info: bytes) -> bytes:
    """The plain message; raises SealBroken where a byte, the key or `info` is another one."""
    try:
        return _SUITE.decrypt(sealed, key, info)
    except (InvalidTag, ValueError) as error:
        raise SealBroken(
            T("The sealed message does not open: it was changed, or sealed for something else."),
            remedy=T("Enter the database access again; if this comes back, tell DJPK."),
        ) from error
