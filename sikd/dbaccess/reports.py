"""What a node reports about its access moves that access along the table of its states."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from contract.errors import NodeNotMapped
from contract.text import T
from contract.wire.access_report import AccessReport, Origin, Standing, verify_access_report
from contract.wire.identity import signing_key
from contract.wire.states import ACCESS_STEPS, AccessEvent, NodeState, after
from sikd.dbaccess import acts, store
from sikd.dbaccess.store import Access, Choices
from sikd.nodes import Node


def take_report(conn: Connection, node: Node, data: bytes, now: datetime) -> None:
    """Take a node's report; the same report again changes nothing.

    1. The node signed it.                         Nothing is parsed before this.
    2. The node speaks for a Pemda.
    3. What it can read is what the form is drawn from.
    4. An access that was set on the node itself gets its place in the history.
    5. The access moves along, where the report is about the newest one.
    """
    report = verify_access_report(data, signing_key(node.signing_der), node.node_id)
    kode_pemda = _kode_of(node)
    store.keep_choices(conn, kode_pemda, node.node_id, Choices(report.choices, report.version, now))
    access = store.newest(conn, kode_pemda, node.node_id, lock=True)
    if report.origin is Origin.NODE and report.access_id and _is_new(conn, report, kode_pemda):
        version = max(report.version, access.version + 1 if access else 1)
        access = acts.add(conn, node, report.access_id, version, node.node_id, now, sealed=None)
    if access is not None and report.access_id == access.access_id:
        _move(conn, access, report, data, now)


def _move(conn: Connection, access: Access, report: AccessReport, data: bytes, now: datetime) -> None:
    steps = report.steps or access.steps
    store.change(conn, access, steps=steps, refusal=report.refusal, report=data)
    for event in events_of(report):
        if state := after(ACCESS_STEPS, access.state, event):
            store.change(conn, access, state=state.value, changed_at=now)
            acts.note(conn, access, report.node_id, f"access_{event}", now)
            return


def events_of(report: AccessReport) -> Iterator[AccessEvent]:
    """What a report may mean, in this order; the first that fits the access's state is what it does mean."""
    match report.standing:
        case Standing.TO_APPROVE:
            yield AccessEvent.TARGET_WAITS
        case Standing.REFUSED:
            yield AccessEvent.REFUSED_BY_NODE
        case Standing.APPROVED:
            yield AccessEvent.TARGET_APPROVED
            if report.steps:
                yield AccessEvent.STEP_FAILED if report.failed else AccessEvent.STEPS_PASSED


def _is_new(conn: Connection, report: AccessReport, kode_pemda: str) -> bool:
    return all(each.access_id != report.access_id for each in store.history(conn, kode_pemda))


def _kode_of(node: Node) -> str:
    if node.state is not NodeState.MAPPED or node.kode_pemda is None:
        raise NodeNotMapped(
            T("This node does not speak for a Pemda, so it has no database access."),
            remedy=T("Wait until DJPK has mapped the node; the agent reports again by itself."),
        )
    return node.kode_pemda
