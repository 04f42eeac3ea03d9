"""A node's sign of life, and the centre's signed answer: where the node stands, and what comes next."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from contract.text import T
from contract.wire.identity import to_base64
from contract.wire.messages import Checkin, CheckinAnswer
from contract.wire.states import NODE_STEPS, NodeEvent, after
from sikd import audit
from sikd.deadlines import next_deadline
from sikd.keys import CentreKey
from sikd.language import Language, say
from sikd.nodes import asking, store
from sikd.nodes.due import NOTHING, AskDue, Due
from sikd.nodes.rules import Meaning, meaning
from sikd.nodes.schedule import told_to
from sikd.nodes.store import Node
from sikd.reference import pemda_by_kode


def check_in(
    conn: Connection, node_id: str, message: Checkin, key: CentreKey, now: datetime, ask: AskDue
) -> bytes:
    """Take note of a check-in and answer it; the same check-in gets the same answer, byte for byte."""
    node = store.get(conn, node_id, lock=True)
    meant = meaning(node, message)
    if meant is Meaning.REPEATED and node.last_answer is not None:
        return node.last_answer
    store.change(conn, node_id, last_seen_at=now)
    if meant is Meaning.COPY:
        node = _suspend(conn, node, message, now)
    if meant is Meaning.REWOUND:
        store.change(conn, node_id, rewound_from=node.counter)
        went = {"from": str(node.counter), "to": str(message.counter)}
        audit.append(conn, node_id, "node_restored", node_id, went, now, kode_pemda=node.kode_pemda)
    elif meant is not Meaning.NEW:
        return signed_answer(node, message.checkin_id, node.counter, key, now)
    return _heard(conn, node, message, key, now, ask(conn, node))


def _heard(conn: Connection, node: Node, message: Checkin, key: CentreKey, now: datetime, due: Due) -> bytes:
    """Store what a node says of itself together with the answer that it gets."""
    counter = max(node.counter, message.counter) + 1
    asking.hear(conn, node, message.counter, now)
    due = replace(
        due, orders=(*due.orders, *asking.orders(conn, node, counter)), schedule=told_to(conn, node)
    )
    answer = signed_answer(node, message.checkin_id, counter, key, now, due)
    store.change(
        conn,
        node.node_id,
        counter=counter,
        checkin_id=message.checkin_id,
        last_answer=answer,
        hostname=message.hostname,
        machine=message.machine,
        agent_version=message.agent_version,
        database=message.database,
        queued=message.queued,
    )
    return answer


def _suspend(conn: Connection, node: Node, message: Checkin, now: datetime) -> Node:
    """Stop a node of which two copies seem to run; nothing that it delivered is lost."""
    state = after(NODE_STEPS, node.state, NodeEvent.COPY_SUSPECTED) or node.state
    hosts = {"known": node.hostname, "other": message.hostname}
    reason = T("This identity is suspected to be copied: it was used on {known} and on {other}.", **hosts)
    if node.hostname == message.hostname:
        reason = T("This identity is suspected to be copied: two machines named {known} use it.", **hosts)
    store.change(conn, node.node_id, state=state.value, reason=say(reason, Language.ID)[:500])
    machines = {"known_machine": node.machine, "other_machine": message.machine}
    audit.append(
        conn, audit.SYSTEM, "copy_suspected", node.node_id, hosts | machines, now, kode_pemda=node.kode_pemda
    )
    return store.get(conn, node.node_id)


def signed_answer(
    node: Node, checkin_id: str, counter: int, key: CentreKey, now: datetime, due: Due = NOTHING
) -> bytes:
    """The centre's answer about a node, in an envelope by the centre's key."""
    pemda = pemda_by_kode(node.kode_pemda) if node.kode_pemda else None
    return CheckinAnswer(
        node_id=node.node_id,
        checkin_id=checkin_id,
        counter=counter,
        state=node.state,
        reason=node.reason,
        kode_pemda=node.kode_pemda,
        kode_satker=pemda.kode_satker if pemda else None,
        kode_bps=pemda.kode_bps if pemda else None,
        nama_pemda=pemda.nama if pemda else "",
        match_nonce=to_base64(node.match_nonce),
        server_time=now,
        last_sequence=node.last_sequence,
        last_content_id=node.last_content_id,
        next_deadline=next_deadline(now),
        access=due.access,
        orders=due.orders,
        schedule=due.schedule,
    ).signed(key.private, keyid=key.key_id)
