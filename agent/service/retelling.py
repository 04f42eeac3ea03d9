"""status.json after a command of a person: what it changed is told at once, where no agent runs to do it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from agent import status
from agent.keys import load_keys
from agent.service.facts import facts
from agent.service.health import Health
from agent.service.notify import Notifier
from agent.service.telling import Teller
from agent.storage.alone import somebody_runs
from contract.errors import ExplainedError

if TYPE_CHECKING:
    from agent.node import Node


def retell(node: Node) -> None:
    """Say in status.json how this node is now; where that cannot be written, it is left as it is."""
    if somebody_runs(node.paths.state_dir):
        return
    path = node.paths.status_file
    with suppress(ExplainedError):
        # A command may have given this node other keys since it was opened.
        of_now = replace(node, keys=load_keys(node.vault))
        told = facts(of_now, Health(), running=False, next_snapshot_at=None, now=node.clock())
        Teller(path, Notifier({})).write(with_what_still_stands(told, status.read(str(path))))


def with_what_still_stands(told: status.Facts, before: status.Facts | None) -> status.Facts:
    """These facts with the troubles told before them, as far as the very thing has not been done since."""
    if before is None or before["node_id"] != told["node_id"]:
        return told
    kept: status.Facts = {**told, "once_at": before.get("once_at")}
    centre, database, snapshot = told["centre"], told["database"], told["snapshot"]
    if centre["last_answer_at"] == before["centre"]["last_answer_at"]:
        kept["centre"] = {**centre, "trouble": before["centre"]["trouble"]}
    if database and (former := before["database"]) and database == {**former, "trouble": None}:
        kept["database"] = {**database, "trouble": former["trouble"]}
    if snapshot and (last := before["snapshot"]) and _same(snapshot, last):
        kept["snapshot"] = {**snapshot, "trouble": last["trouble"]}
    return kept


def _same(one: status.SnapshotFacts, other: status.SnapshotFacts) -> bool:
    return (one["snapshot_id"], one["state"]) == (other["snapshot_id"], other["state"])
