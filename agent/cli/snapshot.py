"""`sinergi snapshot`: read the budget, sign it, and queue it for delivery."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from agent.cli.console import Console
from contract.text import T

if TYPE_CHECKING:
    from agent.node import Node
    from agent.snapshot import SnapshotOutcome

EXAMPLE = "sudo sinergi snapshot"
SCHEMA = "sinergi.snapshot/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Read the budget, sign it, and queue it for delivery.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """It has no options of its own."""


def execute(options: Namespace, console: Console) -> int:
    """Take one snapshot; it is on the disk when this says that it is queued."""
    from agent.cli.opened import telling

    with telling(console) as node:
        ask_whether_mapped(node)
        with console.working(T("Reading the finance database")):
            outcome = node.snapshot()
    if options.json:
        console.document(_document(outcome))
    else:
        _show(outcome, console)
    return 0


def ask_whether_mapped(node: Node) -> None:
    """A node that waited may be mapped by now, and where no agent runs nobody has asked since."""
    from agent.standing import standing_of
    from contract.wire.states import NodeState

    said = standing_of(node.state, node.keys.node_id)
    if said is not None and said.state is NodeState.PENDING:
        with node.centre() as centre:
            node.register(centre)


def _document(outcome: SnapshotOutcome) -> dict[str, object]:
    manifest = outcome.manifest
    return {
        "schema": SCHEMA,
        "result": outcome.result,
        "snapshot_id": outcome.snapshot_id,
        "content_id": manifest.content_id,
        "tahun_anggaran": manifest.tahun_anggaran,
        "totals": manifest.totals.model_dump(mode="json"),
        "findings": [finding.model_dump(mode="json") for finding in manifest.findings],
    }


def _show(outcome: SnapshotOutcome, console: Console) -> None:
    from agent.cli.budget import show_budget
    from contract.wire.manifest import SegmentKind

    manifest = outcome.manifest
    if outcome.snapshot_id is None:
        console.say(T("Unchanged: the centre has this budget already, or will have it; nothing was queued."))
        return
    console.say(T("Queued: snapshot {snapshot}.", snapshot=outcome.snapshot_id))
    lines = [entry.lines for entry in manifest.segments if entry.kind is SegmentKind.LINES]
    findings = [finding.finding() for finding in manifest.findings]
    show_budget(manifest.totals.totals(), lines, findings, console)
    console.say(T("The running agent delivers it; `sudo sinergi push` delivers it now."))
