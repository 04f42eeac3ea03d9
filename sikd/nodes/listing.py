"""The list of nodes, some at a time, so that no crowd makes it unusable; those with a ticket come first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, or_, select, true

from contract.wire.states import NodeState
from sikd import tickets
from sikd.nodes.store import Node, nodes, read
from sikd.reference import find_pemda

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """Some nodes of those that were asked for, and how many those are in all."""

    nodes: tuple[Node, ...]
    count: int


def listed(
    conn: Connection,
    *,
    state: NodeState | None = None,
    wanted: str = "",
    first: int = 0,
    most: int | None = A_PAGE,
) -> Listed:
    """The nodes in one state, or all, oldest first.

    `wanted` is a Pemda's name or any of its codes (proposed and ticketed ones count), a part of a node ID or
    of a host's name.
    """
    chosen = _about(wanted) if state is None else (nodes.c.state == state.value) & _about(wanted)
    invited = nodes.c.node_id.in_(tickets.invited())
    order = (invited.desc(), nodes.c.registered_at, nodes.c.node_id)
    query = select(nodes).where(chosen).order_by(*order).offset(first).limit(most)
    count = conn.execute(select(func.count()).select_from(nodes).where(chosen)).scalar_one()
    return Listed(read(conn, query), count)


def counts(conn: Connection) -> dict[NodeState, int]:
    """How many nodes are in each state."""
    query = select(nodes.c.state, func.count()).group_by(nodes.c.state)
    found = {NodeState(row[0]): row[1] for row in conn.execute(query)}
    return {state: found.get(state, 0) for state in NodeState}


def _about(wanted: str) -> ColumnElement[bool]:
    compact = "".join(wanted.split()).lower()
    if not compact:
        return true()
    codes = [one.kode_pemda for one in find_pemda(wanted)]
    return or_(
        nodes.c.kode_pemda.in_(codes),
        nodes.c.proposed_kode_pemda.in_(codes),
        nodes.c.node_id.in_(tickets.invited(codes)),
        nodes.c.node_id.contains(compact, autoescape=True),
        func.lower(nodes.c.hostname).contains(wanted.strip().lower(), autoescape=True),
    )
