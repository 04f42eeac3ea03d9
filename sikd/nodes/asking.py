"""A snapshot that people ask a node for: who asked, whether the node has heard it, and what came since.

Each answer gives the order until a later check-in shows that an answer which gave it was heard.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Integer, String, Table, insert, select, update

from contract.text import T
from contract.wire.messages import Order
from contract.wire.states import NodeState
from sikd import audit
from sikd.accounts import OFFICERS, Role, User
from sikd.database import Moment, metadata
from sikd.errors import NotAllowed, NotAsThingsStand
from sikd.nodes import store
from sikd.nodes.store import Node

asked_snapshots = Table(
    "asked_snapshots",
    metadata,
    Column("kode_pemda", String(5), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("node_id", String(40), nullable=False),
    Column("asked_by", String(60), nullable=False),
    Column("asked_at", Moment, nullable=False),
    # The counter of the first answer that gave the order.
    Column("given_counter", BigInteger),
    Column("heard_at", Moment),
    # The first snapshot that was taken since.
    Column("snapshot_id", String(64)),
)
_CLOCKS_AGREE = timedelta(seconds=30)
"""So little may a node's clock be off without following that of the centre."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A snapshot that was asked for; `heard_at` is None until the node has shown that it knows."""

    kode_pemda: str
    number: int
    node_id: str
    asked_by: str
    asked_at: datetime
    given_counter: int | None
    heard_at: datetime | None
    snapshot_id: str | None


def ask(conn: Connection, node_id: str, by: User, now: datetime) -> Asked:
    """Ask a node to read the budget now.

    1. Who asks is an officer, or the admin of the Pemda for which the node speaks.
    2. The node may deliver.
    3. It has heard what was asked before: two orders that wait would be carried out as one.
    """
    node = store.get(conn, node_id, lock=True)
    _require_may_ask(by, node)
    kode_pemda = _require_mapped(node)
    _require_heard(_unheard(conn, node))
    before = _newest(conn, kode_pemda)
    number = before.number + 1 if before else 1
    asked = Asked(kode_pemda, number, node_id, by.username, now, None, None, None)
    fields = {name: getattr(asked, name) for name in Asked.__dataclass_fields__}
    conn.execute(insert(asked_snapshots).values(**fields))
    audit.append(conn, by.username, "snapshot_asked", node_id, {}, now, kode_pemda=kode_pemda)
    return asked


def asked_of(conn: Connection, node: Node) -> Asked | None:
    """The snapshot that its Pemda was asked for last, where it is this node that was asked."""
    asked = _newest(conn, node.kode_pemda) if node.kode_pemda else None
    return asked if asked and asked.node_id == node.node_id else None


def hear(conn: Connection, node: Node, counter: int, now: datetime) -> None:
    """Take note that a node knows every answer up to this counter."""
    asked = _unheard(conn, node)
    if asked and asked.given_counter is not None and asked.given_counter <= counter:
        _change(conn, asked, heard_at=now)


def orders(conn: Connection, node: Node, counter: int) -> tuple[Order, ...]:
    """What the answer of this counter orders."""
    asked = _unheard(conn, node)
    if asked is None:
        return ()
    if asked.given_counter is None:
        _change(conn, asked, given_counter=counter)
    return (Order.SNAPSHOT,)


def carry_over(conn: Connection, old: Node, new: Node) -> None:
    """What the old node has not heard, the one that takes its place will."""
    if asked := _unheard(conn, old):
        _change(conn, asked, node_id=new.node_id, given_counter=None)


def note_snapshot(conn: Connection, kode_pemda: str, snapshot_id: str, taken_at: datetime) -> None:
    """Remember a snapshot as the first that was taken since the last asking, where it is."""
    asked = _newest(conn, kode_pemda)
    if asked and asked.snapshot_id is None and asked.asked_at <= taken_at + _CLOCKS_AGREE:
        _change(conn, asked, snapshot_id=snapshot_id)


def _unheard(conn: Connection, node: Node) -> Asked | None:
    asked = asked_of(conn, node)
    return asked if asked and asked.heard_at is None else None


def _newest(conn: Connection, kode_pemda: str) -> Asked | None:
    table = asked_snapshots
    query = select(table).where(table.c.kode_pemda == kode_pemda).order_by(table.c.number.desc()).limit(1)
    row = conn.execute(query).one_or_none()
    return Asked(*(getattr(row, name) for name in Asked.__dataclass_fields__)) if row is not None else None


def _change(conn: Connection, asked: Asked, **values: Any) -> None:
    table = asked_snapshots
    this = (table.c.kode_pemda == asked.kode_pemda, table.c.number == asked.number)
    conn.execute(update(table).where(*this).values(**values))


def _require_may_ask(by: User, node: Node) -> None:
    own_admin = by.role is Role.ADMIN and by.kode_pemda is not None and by.kode_pemda == node.kode_pemda
    if not by.active or not (by.role in OFFICERS or own_admin):
        raise NotAllowed(
            T("{username} may not ask this node for a snapshot.", username=by.username),
            remedy=T("Sign in as a petugas or penyetuju of DJPK, or as the admin of its Pemda."),
        )


def _require_mapped(node: Node) -> str:
    if node.state is not NodeState.MAPPED or node.kode_pemda is None:
        raise NotAsThingsStand(
            T("Node {node_id} is {state}; it may not deliver, so nothing can be asked of it.",
              node_id=node.node_id, state=node.state.value),
            remedy=T("Look at the node's page for what happened before."),
        )  # fmt: skip
    return node.kode_pemda


def _require_heard(before: Asked | None) -> None:
    if before is not None:
        raise NotAsThingsStand(
            T("{username} has asked for a snapshot already; the node has not heard it yet.",
              username=before.asked_by),
            remedy=T("Wait for its next sign of life, usually within a minute."),
        )  # fmt: skip
