"""What people do with an access: a Pemda's admin enters it, officers of DJPK check and configure it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from contract.text import T, Text
from contract.wire.access import MAX_ACCESS_BYTES
from contract.wire.access_report import Origin
from contract.wire.sealing import SEAL_BYTES
from contract.wire.states import ACCESS_STEPS, AccessEvent, AccessState, after
from sikd import audit, nodes
from sikd.accounts import Role, User, require_officer
from sikd.dbaccess import store
from sikd.dbaccess.store import Access
from sikd.errors import NotAllowed, NotAsThingsStand, NothingThere


@dataclass(frozen=True, slots=True)
class Entry:
    """What the page sends: where the seal belongs, and the seal."""

    node_id: str
    access_id: str
    version: int
    sealed: bytes


def enter(conn: Connection, kode_pemda: str, entry: Entry, by: User, now: datetime) -> Access:
    """Keep a sealed access as the newest one.

    1. It is entered by an admin of this very Pemda.
    2. It is sealed to the node that speaks for the Pemda now, so that this node can open it.
    3. Its number is the next one, so nobody has entered another one meanwhile.
    4. It has the length of every sealed access.
    """
    if by.role is not Role.ADMIN or by.kode_pemda != kode_pemda or not by.active:
        raise NotAllowed(_refusal(by), remedy=T("Ask the admin of the Pemda to enter it."))
    node = nodes.mapped_to(conn, kode_pemda)
    if node is None or node.node_id != entry.node_id or entry.version != next_version(conn, node):
        raise NotAsThingsStand(
            T("The database access was entered by somebody else meanwhile, or the node has changed."),
            remedy=T("Load the page again, and enter it once more."),
        )
    if len(entry.sealed) != MAX_ACCESS_BYTES + SEAL_BYTES:
        raise NotAsThingsStand(
            T("What arrived is not a sealed database access."),
            remedy=T("Load the page again with a current browser, and enter it once more."),
        )
    return add(conn, node, entry.access_id, entry.version, by.username, now, sealed=entry.sealed)


def add(
    conn: Connection,
    node: nodes.Node,
    access_id: str,
    version: int,
    by: str,
    now: datetime,
    *,
    sealed: bytes | None,
) -> Access:
    """Write the newest entry of a mapped node, which replaces the one before."""
    kode_pemda = node.kode_pemda or ""
    if before := store.newest(conn, kode_pemda, node.node_id, lock=True):
        store.change(conn, before, state=AccessState.REPLACED.value, changed_at=now)
    access = Access(
        kode_pemda=kode_pemda,
        node_id=node.node_id,
        version=version,
        access_id=access_id,
        origin=Origin.NODE if sealed is None else Origin.CENTRE,
        sealed=sealed,
        state=AccessState.ENTERED,
        refusal="",
        steps=(),
        entered_by=by,
        entered_at=now,
        changed_at=now,
        configured_at=None,
    )
    store.add(conn, access)
    note(conn, access, by, "access_entered", now)
    return access


def next_version(conn: Connection, node: nodes.Node) -> int:
    """The number of the next entry: past every one here, and past every one that the node has seen."""
    here = store.newest(conn, node.kode_pemda or "", node.node_id)
    there = store.choices_of(conn, node.kode_pemda or "", node.node_id)
    return max(here.version if here else 0, there.version if there else 0) + 1


def order_check(conn: Connection, node: nodes.Node, by: User, now: datetime) -> None:
    """Let the node try the database at its next sign of life."""
    _step(conn, node, AccessEvent.CHECK_ORDERED, "access_check_ordered", by, now)


def configure(conn: Connection, node: nodes.Node, by: User, now: datetime) -> None:
    """Configure a valid access on Master SIKD: from now on the node reads the budget with it."""
    access = _step(conn, node, AccessEvent.CONFIGURED_BY_DJPK, "access_configured", by, now)
    store.change(conn, access, configured_at=now)


def note(conn: Connection, access: Access, actor: str, act: str, now: datetime) -> None:
    """Write down one act about an access, which is known by its number and origin alone."""
    details = {"version": str(access.version), "origin": access.origin.value}
    audit.append(conn, actor, act, access.access_id, details, now, kode_pemda=access.kode_pemda)


def _step(
    conn: Connection, node: nodes.Node, event: AccessEvent, act: str, by: User, now: datetime
) -> Access:
    require_officer(by, _refusal(by))
    access = store.newest(conn, node.kode_pemda or "", node.node_id, lock=True)
    if access is None:
        raise NothingThere(
            T("This Pemda has entered no database access."),
            remedy=T("Ask its admin to enter it in Sinergi Mobile."),
        )
    state = after(ACCESS_STEPS, access.state, event)
    if state is None:
        raise NotAsThingsStand(
            T("The database access has moved on; this is not possible now."),
            remedy=T("Load the page again; it says who acts next."),
        )
    store.change(conn, access, state=state.value, changed_at=now)
    note(conn, access, by.username, act, now)
    return access


def _refusal(by: User) -> Text:
    return T("{username} may not do this with a database access.", username=by.username)
