"""Giving this node a new key, in steps of which each may be the last before a crash.

1. The new keys lie in the vault, beside the present ones, before anybody hears of them.
2. They are offered to the centre, as often as it takes; the same offer again changes nothing.
3. Once the centre has acknowledged them, they take the place of the present ones, in one write.
Whoever finds keys that wait goes on with step 2, so no kill parts a node from the key that the centre knows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agent.errors import VaultDamaged
from agent.journal import note
from agent.keys import NodeKeys, keys_in, load_keys, new_keys
from agent.storage.vault import NEXT_KEYS, NODE_KEYS, Vault
from contract.errors import ContractError, RefusedByCentre
from contract.text import T
from contract.wire import identity
from contract.wire.messages import CheckinAnswer
from contract.wire.succession import Succession, SuccessionKind

if TYPE_CHECKING:
    from agent.node import Node


@dataclass(frozen=True, slots=True)
class Offer:
    """Keys that wait to take the place of the present ones, and the node that they come after."""

    kind: SuccessionKind
    replaces: str
    keys: NodeKeys

    def written(self) -> str:
        """The text of the record that holds it."""
        return f"{self.kind} {self.replaces} {self.keys.written()}"


def waiting_offer(vault: Vault) -> Offer | None:
    """The keys that wait, if any; raises VaultDamaged."""
    text = vault.get(NEXT_KEYS)
    return _offer_in(text) if text is not None else None


def make_offer(vault: Vault, present: NodeKeys, kind: SuccessionKind, replaces: str | None = None) -> Offer:
    """Fresh keys for this end, stored before they are returned; or those that wait already."""
    fresh = Offer(kind, replaces or present.node_id, new_keys(present))
    return _offer_in(vault.setdefault(NEXT_KEYS, fresh.written()))


def settle(node: Node, offer: Offer) -> CheckinAnswer:
    """Offer the keys and, once the centre has them, use them; returns where the new node stands.

    Raises an ExplainedError. An offer that the centre refuses for good is forgotten; any other one waits.
    """
    try:
        with replace(node, keys=offer.keys).centre() as centre:
            answer = centre.succeed(_statement(node, offer))
    except (ContractError, RefusedByCentre) as error:
        if not error.retry_helps:
            node.vault.drop(NEXT_KEYS)
            note("new keys refused", kind=offer.kind, error=error.slug)
        raise
    node.vault.promote(NEXT_KEYS, NODE_KEYS, expected=offer.written(), secret=offer.keys.written())
    note("new keys in use", kind=offer.kind, node=offer.keys.node_id, replaces=offer.replaces)
    return answer


def with_keys_of_now(node: Node) -> Node:
    """The node with the keys that its vault has now, once those that waited are in their place."""
    if offer := waiting_offer(node.vault):
        settle(replace(node, keys=load_keys(node.vault)), offer)
    return replace(node, keys=load_keys(node.vault))


def start_over(node: Node) -> None:
    """Make this node another one: new keys that nobody vouches for, and nothing under way."""
    fresh = new_keys(node.keys)
    node.vault.drop(NEXT_KEYS)
    node.vault.set(NODE_KEYS, fresh.written())
    forget_what_was(node)
    note("identity made anew", node=fresh.node_id)


def forget_what_was(node: Node) -> None:
    """Let go of what was stated under the former identity; once mapped, the budget is read anew."""
    node.outbox.give_up()
    node.state.begin_anew()


def _statement(node: Node, offer: Offer) -> bytes:
    vouching = None if offer.kind is SuccessionKind.REPLACE else node.keys.signing
    return Succession(
        kind=offer.kind,
        replaces=offer.replaces,
        counter=node.state.counter(),
        registration=identity.to_base64(offer.keys.registration(node.host)),
    ).signed(offer.keys.signing, vouching)


def _offer_in(text: str) -> Offer:
    kind, _, rest = text.partition(" ")
    replaces, _, keys = rest.partition(" ")
    if kind not in set(SuccessionKind):
        raise VaultDamaged(
            T("The vault holds something else where the node's keys should be."),
            remedy=T("Restore the vault and its key together from a backup, or ask DJPK how to start anew."),
        )
    return Offer(SuccessionKind(kind), replaces, keys_in(keys))
