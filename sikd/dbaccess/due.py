"""What a node is told about its access when it checks in: the sealed entry, and whether to try it."""

from __future__ import annotations

from sqlalchemy import Connection

from contract.wire.access import SealedAccess
from contract.wire.identity import to_base64
from contract.wire.messages import Order
from contract.wire.states import AccessState
from sikd.dbaccess import store
from sikd.dbaccess.store import Access
from sikd.nodes import Due, Node


def due(conn: Connection, node: Node) -> Due:
    """What this node is told now; nothing while it speaks for no Pemda."""
    access = _newest(conn, node)
    if access is None:
        return Due()
    orders = (Order.PROBE,) if access.state is AccessState.CHECKING else ()
    return Due(_sealed(access), orders)


def _newest(conn: Connection, node: Node) -> Access | None:
    """The entry of this node, or of the one that has vouched for it and whose place it took."""
    if node.kode_pemda is None:
        return None
    if node.vouched and node.replaces and store.newest(conn, node.kode_pemda, node.node_id) is None:
        store.carry_over(conn, node.kode_pemda, node.replaces, node.node_id)
    return store.newest(conn, node.kode_pemda, node.node_id)


def _sealed(access: Access) -> str | None:
    if access.sealed is None:
        return None
    told = SealedAccess(
        node_id=access.node_id,
        access_id=access.access_id,
        version=access.version,
        configured=access.configured_at is not None,
        sealed=to_base64(access.sealed),
    )
    return to_base64(told.to_bytes())
