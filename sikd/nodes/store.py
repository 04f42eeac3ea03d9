"""The nodes that have registered, and for which Pemda each may speak."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    insert,
    select,
    update,
)

from contract.errors import UnknownNode
from contract.text import T
from contract.wire.states import NodeState
from sikd.database import Moment, metadata

nodes = Table(
    "nodes",
    metadata,
    Column("node_id", String(40), primary_key=True),
    Column("signing_der", LargeBinary, nullable=False),
    Column("sealing_der", LargeBinary, nullable=False),
    # By the signing key; browsers check it. NULL for a node that has not registered since this column came.
    Column("sealing_signature", LargeBinary),
    Column("state", String(20), nullable=False),
    Column("reason", String(500), nullable=False, default=""),
    Column("kode_pemda", String(5)),
    # What the node says of itself; pages show it as "menurut node".
    Column("hostname", String(200), nullable=False),
    Column("machine", String(200), nullable=False),
    Column("agent_version", String(200), nullable=False),
    Column("database", String(200), nullable=False, default=""),
    Column("queued", BigInteger, nullable=False, default=0),
    Column("network", String(60), nullable=False),
    Column("registered_at", Moment, nullable=False),
    Column("last_seen_at", Moment, nullable=False),
    # The check-in that was answered last, with the answer, so that a lost answer can be given again.
    Column("counter", BigInteger, nullable=False, default=0),
    Column("checkin_id", String(32), nullable=False, default=""),
    Column("last_answer", LargeBinary),
    Column("match_nonce", LargeBinary, nullable=False),
    Column("wrong_codes", Integer, nullable=False, default=0),
    Column("proposed_kode_pemda", String(5)),
    Column("proposed_by", String(60)),
    Column("proposed_at", Moment),
    Column("last_sequence", BigInteger, nullable=False, default=0),
    Column("last_content_id", String(64)),
    # The node whose place it takes, or says that it takes; `vouched` where that node's key has signed for it.
    Column("replaces", String(40)),
    Column("vouched", Boolean, nullable=False, default=False),
    # The counter that a second machine would go on from, since a node went back to an older state of its own.
    Column("rewound_from", BigInteger),
    Index("ix_nodes_state", "state", "registered_at"),
)
Index(
    "uq_nodes_one_mapped_a_pemda",
    nodes.c.kode_pemda,
    unique=True,
    sqlite_where=nodes.c.state == NodeState.MAPPED.value,
    postgresql_where=nodes.c.state == NodeState.MAPPED.value,
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping that one officer proposed and another has to approve."""

    kode_pemda: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Node:
    """A node as the centre knows it; hostname to queued are what the node says of itself."""

    node_id: str
    signing_der: bytes
    sealing_der: bytes
    sealing_signature: bytes | None
    state: NodeState
    reason: str
    kode_pemda: str | None
    hostname: str
    machine: str
    agent_version: str
    database: str
    queued: int
    network: str
    registered_at: datetime
    last_seen_at: datetime
    counter: int
    checkin_id: str
    last_answer: bytes | None
    match_nonce: bytes
    wrong_codes: int
    proposal: Proposal | None
    last_sequence: int
    last_content_id: str | None
    replaces: str | None
    vouched: bool
    rewound_from: int | None


_PLAIN = (
    "node_id", "signing_der", "sealing_der", "sealing_signature", "reason", "kode_pemda", "hostname",
    "machine", "agent_version", "database", "queued", "network", "registered_at", "last_seen_at", "counter",
    "checkin_id", "last_answer", "match_nonce", "wrong_codes", "last_sequence", "last_content_id", "replaces",
    "vouched", "rewound_from",
)  # fmt: skip


def find(conn: Connection, node_id: str, *, lock: bool = False) -> Node | None:
    """The node with this ID, or None; `lock` holds it until the transaction ends."""
    query = select(nodes).where(nodes.c.node_id == node_id)
    row = conn.execute(query.with_for_update() if lock else query).one_or_none()
    return _node(row) if row is not None else None


def get(conn: Connection, node_id: str, *, lock: bool = False) -> Node:
    """The node with this ID; raises UnknownNode."""
    node = find(conn, node_id, lock=lock)
    if node is None:
        raise UnknownNode(
            T("No node {node_id} is registered here.", node_id=node_id[:60]),
            remedy=T("Run `sinergi enrol` on that server, and compare the node ID with `sinergi status`."),
        )
    return node


def pending(conn: Connection) -> tuple[Node, ...]:
    """The nodes that wait to be mapped, oldest first."""
    return read(conn, _listing().where(nodes.c.state == NodeState.PENDING.value))


def everyone(conn: Connection, state: NodeState | None = None) -> tuple[Node, ...]:
    """All nodes, or those in one state, oldest first."""
    return read(conn, _listing() if state is None else _listing().where(nodes.c.state == state.value))


def of_pemda(conn: Connection, kode_pemda: str) -> tuple[Node, ...]:
    """Every node that is or was mapped to this Pemda, oldest first."""
    return read(conn, _listing().where(nodes.c.kode_pemda == kode_pemda))


def mapped_to(conn: Connection, kode_pemda: str) -> Node | None:
    """The one node that speaks for this Pemda now, or None."""
    wanted = _listing().where(nodes.c.kode_pemda == kode_pemda, nodes.c.state == NodeState.MAPPED.value)
    return next(iter(read(conn, wanted)), None)


def speaking_for(conn: Connection, kode_pemda: str, *, lock: bool = False) -> Node | None:
    """The node that speaks for this Pemda, or would if it were not suspended; None where it has none.

    `lock` holds it until the transaction ends.
    """
    held = (NodeState.MAPPED.value, NodeState.SUSPENDED.value)
    wanted = _listing().where(nodes.c.kode_pemda == kode_pemda, nodes.c.state.in_(held))
    found = read(conn, wanted.with_for_update() if lock else wanted)
    return min(found, key=lambda node: held.index(node.state.value), default=None)


def claiming(conn: Connection, node_id: str) -> tuple[Node, ...]:
    """The waiting nodes that say they take the place of this one, oldest first."""
    waits = nodes.c.state == NodeState.PENDING.value
    return read(conn, _listing().where(nodes.c.replaces == node_id, waits))


def add(conn: Connection, values: dict[str, Any]) -> None:
    """Write a node that registers for the first time."""
    conn.execute(insert(nodes).values(**values))


def change(conn: Connection, node_id: str, **values: Any) -> None:
    """Change columns of one node."""
    conn.execute(update(nodes).where(nodes.c.node_id == node_id).values(**values))


def note_sequence(conn: Connection, node_id: str, sequence: int) -> None:
    """Remember the sequence of the snapshot that a node committed last."""
    change(conn, node_id, last_sequence=sequence)


def note_content(conn: Connection, node_id: str, content_id: str) -> None:
    """Remember the content that was received from a node last, so that it is not sent again unchanged."""
    change(conn, node_id, last_content_id=content_id)


def _listing() -> Select[Any]:
    return select(nodes).order_by(nodes.c.registered_at, nodes.c.node_id)


def read(conn: Connection, query: Select[Any]) -> tuple[Node, ...]:
    """The nodes that a query for rows of `nodes` finds."""
    return tuple(_node(row) for row in conn.execute(query))


def _node(row: Row[Any]) -> Node:
    proposal = (
        Proposal(row.proposed_kode_pemda, row.proposed_by, row.proposed_at) if row.proposed_by else None
    )
    plain = {name: getattr(row, name) for name in _PLAIN}
    return Node(**plain, state=NodeState(row.state), proposal=proposal)
