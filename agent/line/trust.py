"""Whether who answers is the centre: its key is pinned; a new one counts only if the old one signed it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agent.errors import CentreKeyChanged
from contract.errors import BadSignature
from contract.text import T
from contract.wire import identity
from contract.wire.canonical import sha256_hex
from contract.wire.messages import Centre, verify_centre


class Trust(StrEnum):
    """How this node stands to the key that it was shown."""

    KNOWN = "known"
    CONFIGURED = "configured"
    """agent.toml names its fingerprint."""
    SUCCESSOR = "successor"
    """The key that was trusted until now has signed for it."""
    UNCONFIRMED = "unconfirmed"
    """The first key that this node sees; a person has to confirm its fingerprint."""


@dataclass(frozen=True, slots=True)
class SeenCentre:
    """Who answers at the configured address."""

    centre: Centre
    key_der: bytes
    trust: Trust

    @property
    def key_id(self) -> str:
        """The key's SHA-256 in hexadecimal, as receipts name it."""
        return sha256_hex(self.key_der)

    @property
    def fingerprint(self) -> str:
        """The same in groups, as people compare it."""
        return identity.fingerprint(self.key_der)


def recognise(data: bytes, *, configured: str | None, trusted: bytes | None) -> SeenCentre:
    """Who signed a centre's word about itself; raises CentreKeyChanged where this node trusts another.

    1. The word is signed by the key that it names, so its sender holds that key.
    2. `configured` (SHA-256) names the key: nothing else counts.
    3. Else the key is the trusted one (SPKI DER), or the trusted one has signed this very word too.
    4. Else, where no key is trusted yet, a person decides.
    """
    centre = verify_centre(data, None)
    key_der = identity.from_base64(centre.key)
    if configured is not None:
        if sha256_hex(key_der) != configured:
            raise _changed(key_der, configured)
        return SeenCentre(centre, key_der, Trust.CONFIGURED)
    if trusted is None:
        return SeenCentre(centre, key_der, Trust.UNCONFIRMED)
    if key_der == trusted:
        return SeenCentre(centre, key_der, Trust.KNOWN)
    try:
        verify_centre(data, identity.signing_key(trusted))
    except BadSignature as error:
        raise _changed(key_der, sha256_hex(trusted)) from error
    return SeenCentre(centre, key_der, Trust.SUCCESSOR)


def _changed(found: bytes, expected: str) -> CentreKeyChanged:
    return CentreKeyChanged(
        T(
            "The centre shows another key: {found}, not {expected}.",
            found=identity.fingerprint(found),
            expected=" ".join(expected.upper()[start : start + 4] for start in range(0, len(expected), 4)),
        ),
        remedy=T("Send nothing. Ask DJPK by telephone for the fingerprint; only then set `key` in [centre]."),
    )
