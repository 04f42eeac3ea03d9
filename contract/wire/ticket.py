"""The install ticket: by it the node of a Pemda finds the right centre and is let in.

One string to paste or scan; its checksum tells a slip of the hand from a wrong ticket before anything is
sent. The secret never travels: it is the seed of a key that signs the registration beside the node's own.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.budget.codes import has_shape
from contract.errors import MalformedTicket
from contract.text import T, Text
from contract.wire import bech32m, identity

TICKET_PREFIX = "tiket"
MAX_ADDRESS_CHARACTERS = 200
MAX_TICKET_CHARACTERS = 420
SECRET_BYTES = 16
_FORM = 1
_FIXED_BYTES = 55
_ID_BITS = 50
_KEY_CONTEXT = b"sikd ticket key v1\n"
_KEY_ID = re.compile(r"[0-9a-f]{64}")
_ADDRESS = re.compile(
    r"(?:https://(?:[0-9A-Za-z][0-9A-Za-z.-]*|\[[0-9A-Fa-f:]+\])"
    r"|http://(?:localhost|127\.0\.0\.1|\[::1\]))(?::[1-9][0-9]{0,4})?"
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """Where the centre is, by which key it is known (its SHA-256), and the right to one registration.

    `kode_pemda` is a hint for the officers who map the node; it decides nothing.
    """

    address: str
    centre_key_id: str
    secret: bytes = field(repr=False)
    expires_at: datetime
    kode_pemda: str

    def __post_init__(self) -> None:
        can_be = (
            is_centre_address(self.address)
            and _KEY_ID.fullmatch(self.centre_key_id)
            and len(self.secret) == SECRET_BYTES
            and has_shape("kode_pemda", self.kode_pemda)
            and self.expires_at.microsecond == 0
            and 0 <= self.expires_at.timestamp() < 2**32
        )
        if not can_be:
            raise _malformed(T("a field of it cannot be"))

    @property
    def key(self) -> Ed25519PrivateKey:
        """The one-use key; who holds the ticket can sign with it, who knows its public half cannot."""
        return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(_KEY_CONTEXT + self.secret).digest())

    @property
    def public_der(self) -> bytes:
        """The public half of the one-use key (SPKI DER), which is all that the centre keeps."""
        return identity.spki(self.key.public_key())

    @property
    def ticket_id(self) -> str:
        """What the ticket is called; it opens nothing."""
        return ticket_id(self.public_der)

    def to_text(self) -> str:
        """The one string: `tiket1`, letters and digits."""
        kode = int(self.kode_pemda.replace(".", ""))
        data = (
            bytes([_FORM])
            + bytes.fromhex(self.centre_key_id)
            + self.secret
            + int(self.expires_at.timestamp()).to_bytes(4)
            + kode.to_bytes(2)
            + self.address.encode("ascii")
        )
        return bech32m.encode(TICKET_PREFIX, bech32m.padded(data))


def read_ticket(text: str) -> Ticket:
    """The ticket that was pasted, whatever white space came along; raises MalformedTicket.

    1. It begins as a ticket does.          Anything else was never one.
    2. Its checksum holds.                  So nothing was lost or changed on the way here.
    3. It is of the form that this program knows, and each field can be.
    4. Written again, it is the same text.
    """
    pasted = "".join(text.split())
    if not pasted.lower().startswith(f"{TICKET_PREFIX}1"):
        raise _no_ticket()
    decoded = bech32m.decode(pasted, longest=MAX_TICKET_CHARACTERS)
    if decoded is None or decoded[0] != TICKET_PREFIX:
        raise _miscopied()
    data = bech32m.unpadded(decoded[1])
    if data is None:
        raise _miscopied()
    ticket = _fields(data)
    if ticket.to_text() != pasted.lower():
        raise _malformed(T("a field of it cannot be"))
    return ticket


def ticket_id(public_der: bytes) -> str:
    """Ten letters for a ticket's public key (SPKI DER): its name in lists and on the telephone."""
    digest = hashlib.sha256(public_der).digest()
    return "".join(bech32m.CHARSET[value] for value in bech32m.five_bit(digest, _ID_BITS))


def is_centre_address(text: str) -> bool:
    """Whether `text` is host and port of a centre: https, or plain http to this very machine."""
    return len(text) <= MAX_ADDRESS_CHARACTERS and _ADDRESS.fullmatch(text) is not None


def _fields(data: bytes) -> Ticket:
    if data[:1] != bytes([_FORM]):
        raise _malformed(T("it is of a form that this program does not know"))
    if len(data) <= _FIXED_BYTES:
        raise _malformed(T("a field of it cannot be"))
    kode = f"{int.from_bytes(data[53:55]):04d}"
    return Ticket(
        address=data[_FIXED_BYTES:].decode("ascii", errors="replace"),
        centre_key_id=data[1:33].hex(),
        secret=data[33:49],
        expires_at=datetime.fromtimestamp(int.from_bytes(data[49:53]), UTC),
        kode_pemda=f"{kode[:-2]}.{kode[-2:]}",
    )


def _no_ticket() -> MalformedTicket:
    return MalformedTicket(
        T("This is not an install ticket."),
        remedy=T("Paste the whole ticket that DJPK has given you; it begins with tiket1."),
    )


def _miscopied() -> MalformedTicket:
    return MalformedTicket(
        T("The install ticket was not copied as it is: a character is missing, wrong or too much."),
        remedy=T("Copy it once more, from tiket1 to its last letter; nothing was sent."),
    )


def _malformed(why: Text) -> MalformedTicket:
    return MalformedTicket(
        T("The install ticket cannot be used: {why}.", why=why),
        remedy=T("Update this program; if it is current, ask DJPK for a new ticket, telephone 150420."),
    )
