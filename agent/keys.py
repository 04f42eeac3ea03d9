"""The node's two private keys: made here once, kept in the vault, never sent anywhere."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from agent.errors import NotInitialised, VaultDamaged
from agent.host import Host
from agent.storage.vault import NODE_KEYS, Vault
from contract.errors import ContractError
from contract.text import T
from contract.wire import identity
from contract.wire.messages import Registration
from contract.wire.ticket import Ticket

MOST_FORMER = 16


@dataclass(frozen=True, slots=True)
class NodeKeys:
    """Signing (Ed25519) and sealing (P-256), which show in no repr, and the public keys of earlier days.

    What a former key of this node has signed is still its own word: a queued snapshot, a receipt's name.
    """

    signing: Ed25519PrivateKey
    sealing: ec.EllipticCurvePrivateKey
    former: tuple[bytes, ...] = ()
    """Former signing keys (SPKI DER), the last one first."""

    def __repr__(self) -> str:
        return f"NodeKeys({self.node_id})"

    @property
    def signing_der(self) -> bytes:
        """The public signing key as SPKI DER."""
        return identity.spki(self.signing.public_key())

    @property
    def sealing_der(self) -> bytes:
        """The public sealing key as SPKI DER."""
        return identity.spki(self.sealing.public_key())

    @property
    def node_id(self) -> str:
        """The name of this node, made from its signing key."""
        return identity.node_id(self.signing_der)

    @property
    def node_ids(self) -> tuple[str, ...]:
        """This node's name and the ones that it had before."""
        return self.node_id, *(identity.node_id(der) for der in self.former)

    def own_key(self, node_id: str) -> Ed25519PublicKey:
        """The public key of one of this node's names; the present one for any other."""
        named = (der for der in self.former if identity.node_id(der) == node_id)
        return identity.signing_key(next(named, self.signing_der))

    def match_code(self, centre_der: bytes, nonce: bytes) -> str:
        """Eight characters to read out to DJPK, which must see the same."""
        return identity.match_code(self.signing_der, self.sealing_der, centre_der, nonce)

    def written(self) -> str:
        """The text of the record that holds them, from which `keys_in` makes them again."""
        # One record holds all, so that a crash can never leave one without the other.
        private = (
            key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
            for key in (self.signing, self.sealing)
        )
        return " ".join(identity.to_base64(der) for der in (*private, *self.former))

    def registration(self, host: Host, ticket: Ticket | None = None) -> bytes:
        """The signed envelope that makes this node known to the centre, and proves its install ticket."""
        vouched = identity.vouch_for_sealing_key(self.signing, self.sealing_der)
        return Registration(
            signing_key=identity.to_base64(self.signing_der),
            sealing_key=identity.to_base64(self.sealing_der),
            sealing_signature=identity.to_base64(vouched),
            hostname=host.hostname,
            machine=host.machine,
            agent_version=host.version,
            ticket=identity.to_base64(ticket.public_der) if ticket else None,
        ).signed(self.signing, ticket.key if ticket else None)


def make_keys(vault: Vault) -> NodeKeys:
    """The node's keys, made on the first call and the same ones on every later call."""
    return keys_in(vault.setdefault(NODE_KEYS, new_keys().written()))


def new_keys(last: NodeKeys | None = None) -> NodeKeys:
    """Fresh keys, which remember the public ones of the last."""
    former = (last.signing_der, *last.former)[:MOST_FORMER] if last else ()
    return NodeKeys(Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1()), former)


def load_keys(vault: Vault) -> NodeKeys:
    """The node's keys; raises NotInitialised where `sinergi init` has not made them yet."""
    if (text := vault.get(NODE_KEYS)) is None:
        raise NotInitialised(
            T("This node has no keys yet."),
            remedy=T("Run `sudo sinergi init` on this server."),
        )
    return keys_in(text)


def keys_in(text: str) -> NodeKeys:
    """Keys from the text of their record; raises VaultDamaged."""
    try:
        first, second, *former = (identity.from_base64(part) for part in text.split(" "))
        signing, sealing = load_der_private_key(first, None), load_der_private_key(second, None)
        for der in former:
            identity.signing_key(der)
    except (ValueError, ContractError) as error:
        raise _not_keys() from error
    if not isinstance(signing, Ed25519PrivateKey) or not isinstance(sealing, ec.EllipticCurvePrivateKey):
        raise _not_keys()
    return NodeKeys(signing, sealing, tuple(former))


def _not_keys() -> VaultDamaged:
    return VaultDamaged(
        T("The vault holds something else where the node's keys should be."),
        remedy=T("Restore the vault and its key together from a backup, or ask DJPK how to start anew."),
    )
