"""How a node becomes known: it shows its keys, and waits to be mapped by two officers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select

from contract.errors import Busy, RefusedByCentre
from contract.text import T
from contract.wire.identity import from_base64
from contract.wire.messages import Registered
from contract.wire.states import NodeState
from sikd import audit, tickets
from sikd.nodes import store
from sikd.nodes.rules import SILENT, Crowd, finds_room
from sikd.nodes.store import Node, nodes

NONCE_BYTES = 16


def register(
    conn: Connection, registered: Registered, network: str, now: datetime, random: Callable[[int], bytes]
) -> Node:
    """Make a node known, or find it again by its key; raises Busy or a TicketRefused.

    Busy is the list of pending nodes where it is full; who holds an install ticket has a place of its own.
    """
    known = store.find(conn, registered.node_id, lock=True)
    if known is not None:
        _require_same_keys(known, registered)
    if registered.ticket_der is not None:
        tickets.redeem(conn, registered.ticket_der, registered, network, now)
    if known is None:
        return _add(conn, registered, network, now, random)
    store.change(conn, known.node_id, last_seen_at=now, sealing_signature=_vouched(registered))
    return known


def _require_same_keys(known: Node, registered: Registered) -> None:
    if (known.signing_der, known.sealing_der) != (registered.signing_der, registered.sealing_der):
        raise RefusedByCentre(
            T("Node {node_id} is registered with other keys.", node_id=known.node_id),
            remedy=T("Restore the keys of this node, or make a new identity."),
        )


def _add(
    conn: Connection, registered: Registered, network: str, now: datetime, random: Callable[[int], bytes]
) -> Node:
    _forget_silent(conn, now)
    if registered.ticket_der is None and not finds_room(_crowd(conn, network, now)):
        raise Busy(
            T("Too many new nodes wait to be mapped just now."),
            remedy=T("The agent tries again by itself; if this lasts, call the helpdesk of DJPK."),
        )
    says = registered.says
    store.add(
        conn,
        {
            "node_id": registered.node_id,
            "signing_der": registered.signing_der,
            "sealing_der": registered.sealing_der,
            "sealing_signature": _vouched(registered),
            "state": NodeState.PENDING.value,
            "hostname": says.hostname,
            "machine": says.machine,
            "agent_version": says.agent_version,
            "network": network,
            "registered_at": now,
            "last_seen_at": now,
            "match_nonce": random(NONCE_BYTES),
        },
    )
    audit.append(conn, registered.node_id, "node_registered", registered.node_id, {"network": network}, now)
    return store.get(conn, registered.node_id)


def _forget_silent(conn: Connection, now: datetime) -> None:
    silent = delete(nodes).where(_waits(), nodes.c.last_seen_at < now - SILENT).returning(nodes.c.node_id)
    for node_id in conn.execute(silent).scalars().all():
        audit.append(conn, audit.SYSTEM, "node_forgotten", node_id, {}, now)


def _vouched(registered: Registered) -> bytes:
    return from_base64(registered.says.sealing_signature)


def _crowd(conn: Connection, network: str, now: datetime) -> Crowd:
    same = nodes.c.network == network
    recent = nodes.c.registered_at > now - timedelta(minutes=1)
    count = select(func.count()).select_from(nodes)
    uninvited = nodes.c.node_id.not_in(tickets.invited())
    return Crowd(
        pending=conn.execute(count.where(_waits())).scalar_one(),
        of_network=conn.execute(count.where(_waits(), same)).scalar_one(),
        of_network_just_now=conn.execute(count.where(same, recent, uninvited)).scalar_one(),
    )


def _waits() -> ColumnElement[bool]:
    """The crowd that came without a ticket; how many come with one is for DJPK to say."""
    return and_(nodes.c.state == NodeState.PENDING.value, nodes.c.node_id.not_in(tickets.invited()))
