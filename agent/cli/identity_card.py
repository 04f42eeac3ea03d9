"""What the commands about this node's identity show: its name, where it stands, and what to read out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.cli.console import Console
from agent.cli.status_screen import remedy_of
from contract.text import T, Text
from contract.wire import identity
from contract.wire.states import NodeState

if TYPE_CHECKING:
    from agent.node import Node
    from contract.wire.messages import CheckinAnswer

SCHEMA = "sinergi.identity/1"
_STATES = {
    NodeState.PENDING: T("waits to be mapped"),
    NodeState.MAPPED: T("mapped"),
    NodeState.SUSPENDED: T("suspended: this identity is suspected to be copied"),
    NodeState.REVOKED: T("revoked by DJPK"),
    NodeState.REPLACED: T("replaced by another node"),
    NodeState.REJECTED: T("rejected by DJPK"),
}
_WELL, _WAITING_FOR_DJPK, _WAITING_FOR_YOU = 0, 4, 5


def show(node: Node, said: CheckinAnswer | None, console: Console, *, as_json: bool) -> int:
    """Print who this node is; returns 0 mapped, 4 where DJPK has to act, 5 where a person here has."""
    code = _match_code(node, said)
    if as_json:
        console.document(_document(node, said, code))
    else:
        console.facts(_rows(node, said, code))
        if code:
            console.say(T("Read the node ID and the match code out to DJPK, telephone 150420."))
        elif said and said.state is not NodeState.MAPPED:
            console.note(remedy_of(said.state, console.translate))
    return exit_code(said)


def show_standing(node: Node, said: CheckinAnswer, console: Console) -> None:
    """Print where this node stands, and the one step that comes next."""
    code = _match_code(node, said)
    rows: list[tuple[Text, Text | str]] = [(T("Node ID"), identity.grouped(node.keys.node_id))]
    rows += _standing_rows(said)
    if code:
        rows.append((T("Match code"), f"{code[:4]} {code[4:]}"))
    console.facts(rows)
    if code:
        console.say(T("Read the node ID and the match code out to DJPK, telephone 150420."))
    elif said.state is NodeState.MAPPED:
        console.say(T("Nothing to read out any more. `sinergi status` says how the agent is."))
    else:
        console.say(remedy_of(said.state, console.translate))


def _standing_rows(said: CheckinAnswer) -> list[tuple[Text, Text | str]]:
    rows: list[tuple[Text, Text | str]] = [(T("State"), _STATES[said.state])]
    if said.reason:
        rows.append((T("Reason"), said.reason))
    if said.kode_pemda:
        rows.append((T("Pemda"), f"{said.kode_pemda} {said.nama_pemda}"))
    return rows


def exit_code(said: CheckinAnswer | None) -> int:
    """0 mapped, 4 waiting for DJPK, 5 anything else."""
    codes = {NodeState.MAPPED: _WELL, NodeState.PENDING: _WAITING_FOR_DJPK}
    return codes.get(said.state, _WAITING_FOR_YOU) if said else _WAITING_FOR_YOU


def _rows(node: Node, said: CheckinAnswer | None, code: str | None) -> list[tuple[Text, Text | str]]:
    keys, host = node.keys, node.host
    rows: list[tuple[Text, Text | str]] = [(T("Node ID"), identity.grouped(keys.node_id))]
    rows += [(T("Before"), identity.grouped(name)) for name in keys.node_ids[1:]]
    rows += _standing_rows(said) if said else [(T("State"), T("not registered"))]
    if code:
        rows.append((T("Match code"), f"{code[:4]} {code[4:]}"))
    rows += [
        (T("Signing key"), identity.fingerprint(keys.signing_der)[:19]),
        (T("Sealing key"), identity.fingerprint(keys.sealing_der)[:9]),
        (T("Server"), host.hostname),
        (T("Machine"), host.machine or T("unknown")),
    ]
    return rows


def _document(node: Node, said: CheckinAnswer | None, code: str | None) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "node_id": node.keys.node_id,
        "former_node_ids": list(node.keys.node_ids[1:]),
        "state": said.state if said else None,
        "reason": said.reason if said else "",
        "kode_pemda": said.kode_pemda if said else None,
        "match_code": code,
        "signing_key": identity.key_id(node.keys.signing_der),
        "sealing_key": identity.key_id(node.keys.sealing_der),
        "hostname": node.host.hostname,
        "machine": node.host.machine,
        "last_sequence": said.last_sequence if said else None,
    }


def _match_code(node: Node, said: CheckinAnswer | None) -> str | None:
    """The code to read out, while somebody waits for it."""
    trusted = node.state.trusted_centre()
    if said is None or trusted is None or said.state is not NodeState.PENDING:
        return None
    return node.keys.match_code(trusted.key_der, identity.from_base64(said.match_nonce))
