"""A new key says whose place it takes: at once where the old key is in use, else two officers decide."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from contract.errors import SuccessionRefused
from contract.text import T
from contract.wire.states import NodeState
from contract.wire.succession import SuccessionKind, Successor
from sikd import audit
from sikd.nodes import asking, handover, store
from sikd.nodes.enrolment import register
from sikd.nodes.store import Node


def succeed(
    conn: Connection, said: Successor, network: str, now: datetime, random: Callable[[int], bytes]
) -> Node:
    """The new node as it stands now; the same statement again changes nothing.

    1. The old node is known.                               Locked, so that only one takes its place.
    2. Its key vouches for the new one, unless it is lost.  The key is the enrolled one.
    3. The old node is in a state in which it can be followed.
    4. A rotation is by the machine that checks in, not by one that lags behind.
    """
    old = store.get(conn, said.says.replaces, lock=True)
    vouched = said.says.kind is not SuccessionKind.REPLACE
    if vouched:
        said.require_vouched(old.signing_der)
    # Not locked: an approval holds the new node first and the old one second.
    known = store.find(conn, said.registered.node_id)
    if known is not None and known.replaces == old.node_id:
        return known
    if known is not None:
        _require_unused(known)
    _require_followable(old, said.says.kind)
    if said.says.kind is SuccessionKind.ROTATE:
        _require_up_to_date(old, said.says.counter)
        asking.hear(conn, old, said.says.counter, now)
    register(conn, said.registered, network, now, random)
    store.change(conn, said.registered.node_id, replaces=old.node_id, vouched=vouched)
    new = store.get(conn, said.registered.node_id)
    return (
        _rotate(conn, old, new, now)
        if said.says.kind is SuccessionKind.ROTATE
        else _claim(conn, old, new, now)
    )


def _rotate(conn: Connection, old: Node, new: Node, now: datetime) -> Node:
    """The old key itself has handed over, so nobody has to look at a code."""
    carried = handover.give_way(conn, old, new, old.node_id, {}, now)
    mapped = {"state": NodeState.MAPPED.value, "kode_pemda": old.kode_pemda, "reason": ""}
    store.change(conn, new.node_id, **mapped, **carried)
    told = {"replaces": old.node_id}
    audit.append(conn, old.node_id, "node_rotated", new.node_id, told, now, kode_pemda=old.kode_pemda)
    return store.get(conn, new.node_id)


def _claim(conn: Connection, old: Node, new: Node, now: datetime) -> Node:
    told = {"replaces": old.node_id, "vouched": "yes" if new.vouched else "no"}
    audit.append(conn, new.node_id, "succession_claimed", old.node_id, told, now, kode_pemda=old.kode_pemda)
    return new


_FOLLOWABLE = {
    SuccessionKind.ROTATE: {NodeState.MAPPED},
    SuccessionKind.CONFIRM: {NodeState.SUSPENDED},
    SuccessionKind.REPLACE: {NodeState.MAPPED, NodeState.SUSPENDED},
}


def _require_followable(old: Node, kind: SuccessionKind) -> None:
    if old.state in _FOLLOWABLE[kind]:
        return
    raise SuccessionRefused(
        T("Node {node_id} is {state}; no new key can take its place.", node_id=old.node_id, state=old.state),
        remedy=T("Run `sinergi identity show` on that server, and ask DJPK, telephone 150420."),
    )


def _require_unused(known: Node) -> None:
    """A key that has a history of its own takes nobody's place."""
    if known.state is not NodeState.PENDING:
        raise SuccessionRefused(
            T("Node {node_id} is {state} already.", node_id=known.node_id, state=known.state),
            remedy=T("Run `sinergi identity new` on that server first."),
        )


def _require_up_to_date(old: Node, counter: int) -> None:
    if counter < old.counter:
        raise SuccessionRefused(
            T("Node {node_id} has checked in since, from somewhere.", node_id=old.node_id),
            remedy=T("Run the command again; if that fails, another machine has a copy of this identity."),
        )
