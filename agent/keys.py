"""The node's two private keys: made here once, kept in the vault, never sent anywhere."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from agent.errors import NotInitialised, VaultDamaged
from agent.host import Host
from agent.vault import NODE_KEYS, Vault
from contract.errors import ContractError
from contract.text import T
from contract.wire import identity
from contract.wire.messages import Registration


@dataclass(frozen=True, slots=True)
class NodeKeys:
    """Signing (Ed25519) and sealing (P-256); neither shows in a repr."""

    signing: Ed25519PrivateKey
    sealing: ec.EllipticCurvePrivateKey

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

    def match_code(self, centre_der: bytes, nonce: bytes) -> str:
        """Eight characters to read out to DJPK, which must see the same."""
        return identity.match_code(self.signing_der, self.sealing_der, centre_der, nonce)

    def registration(self, host: Host) -> bytes:
        """The signed envelope that makes this node known to the centre."""
        vouched = identity.vouch_for_sealing_key(self.signing, self.sealing_der)
        return Registration(
            signing_key=identity.to_base64(self.signing_der),
            sealing_key=identity.to_base64(self.sealing_der),
            sealing_signature=identity.to_base64(vouched),
            hostname=host.hostname,
            machine=host.machine,
            agent_version=host.version,
        ).signed(self.signing)


def make_keys(vault: Vault) -> NodeKeys:
    """The node's keys, made on the first call and the same ones on every later call."""
    made = NodeKeys(Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1()))
    return _read(vault.setdefault(NODE_KEYS, _written(made)))


def load_keys(vault: Vault) -> NodeKeys:
    """The node's keys; raises NotInitialised where `sinergi init` has not made them yet."""
    if (text := vault.get(NODE_KEYS)) is None:
        raise NotInitialised(
            T("This node has no keys yet."),
            remedy=T("Run `sinergi init` on this server, as the service user."),
        )
    return _read(text)


def _written(keys: NodeKeys) -> str:
    # One record holds both, so that a crash can never leave one without the other.
    return " ".join(
        identity.to_base64(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
        for key in (keys.signing, keys.sealing)
    )


def _read(text: str) -> NodeKeys:
    try:
        signing, sealing = (
            load_der_private_key(identity.from_base64(part), None) for part in text.split(" ")
        )
    except (ValueError, ContractError) as error:
        raise _not_keys() from error
    if not isinstance(signing, Ed25519PrivateKey) or not isinstance(sealing, ec.EllipticCurvePrivateKey):
        raise _not_keys()
    return NodeKeys(signing, sealing)


def _not_keys() -> VaultDamaged:
    return VaultDamaged(
        T("The vault holds something else where the node's keys should be."),
        remedy=T("Restore the vault and its key together from a backup, or ask DJPK how to start anew."),
    )
