"""A node takes the place of another: what the centre knows of the old one goes on with the new one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from contract.text import T
from contract.wire.identity import grouped
from contract.wire.states import NODE_STEPS, NodeEvent, NodeState, after
from sikd import audit
from sikd.language import Language, say
from sikd.nodes import asking, store
from sikd.nodes.store import Node


def may_replace(new: Node, old: Node) -> bool:
    """Whether a node can be meant to take the place of another: by its own word, or on the same machine."""
    return new.replaces == old.node_id or bool(new.machine and new.machine == old.machine)


def give_way(
    conn: Connection, old: Node, new: Node, by: str, details: Mapping[str, str], now: datetime
) -> dict[str, object]:
    """End the old node; returns the columns with which the new one goes on where it was."""
    state = after(NODE_STEPS, old.state, NodeEvent.SUCCESSOR_MAPPED) or old.state
    reason = T(
        "Node {node_id} on server {hostname} has taken its place.",
        node_id=grouped(new.node_id),
        hostname=new.hostname,
    )
    store.change(conn, old.node_id, state=state.value, reason=say(reason, Language.ID)[:500])
    asking.carry_over(conn, old, new)
    told = {"replaced_by": new.node_id, **details}
    audit.append(conn, by, "node_replaced", old.node_id, told, now, kode_pemda=old.kode_pemda)
    return {
        "replaces": old.node_id,
        "last_sequence": max(old.last_sequence, new.last_sequence),
        "last_content_id": old.last_content_id if new.vouched else None,
    }


def turn_others_away(
    conn: Connection, old: Node, new: Node, by: str, details: Mapping[str, str], now: datetime
) -> None:
    """Reject the other machines that said they were the old node: one of them was, and it is the new node."""
    reason = T(
        "Server {hostname} was confirmed as this node, so this one is a copy. Run `sinergi identity new`.",
        hostname=new.hostname,
    )
    for other in store.claiming(conn, old.node_id):
        if other.node_id != new.node_id and other.vouched:
            rejected = {"state": NodeState.REJECTED.value, "reason": say(reason, Language.ID)[:500]}
            store.change(conn, other.node_id, **rejected)
            told = {"confirmed": new.node_id, **details}
            audit.append(conn, by, "node_registration_rejected", other.node_id, told, now)
