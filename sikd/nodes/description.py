"""A node as programs read it: the same fields from the officers' API and from `sikd node list --json`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contract.wire.documents import format_time
from sikd.nodes.rules import days_left
from sikd.nodes.store import Node

NODES_SCHEMA = "sikd.nodes/1"


def described(node: Node, now: datetime) -> dict[str, Any]:
    """What the centre knows of a node; host, machine and version are what the node says of itself."""
    return {
        "node_id": node.node_id,
        "state": node.state.value,
        "reason": node.reason,
        "kode_pemda": node.kode_pemda,
        "proposed_kode_pemda": node.proposal.kode_pemda if node.proposal else None,
        "proposed_by": node.proposal.by if node.proposal else None,
        "replaces": node.replaces,
        "vouched": node.vouched,
        "working_days_left": days_left(node, now),
        "hostname": node.hostname,
        "machine": node.machine,
        "agent_version": node.agent_version,
        "registered_at": format_time(node.registered_at),
        "last_seen_at": format_time(node.last_seen_at),
        "last_sequence": node.last_sequence,
    }
