"""`sinergi push`: deliver what is queued, now."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from agent.cli.console import Console
from contract.text import T, Text

if TYPE_CHECKING:
    from agent.deliver import Pushed

EXAMPLE = "sudo sinergi push"
SCHEMA = "sinergi.push/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Deliver what is queued, now.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """It has no options of its own."""


def execute(options: Namespace, console: Console) -> int:
    """Deliver; 0 where the centre has everything, 5 where it refused a snapshot."""
    from agent.cli.opened import telling
    from agent.deliver import PushResult

    with telling(console) as node, node.centre() as centre, console.working(T("Delivering")):
        delivered = node.push(centre)
    if options.json:
        console.document({"schema": SCHEMA, "snapshots": [_document(pushed) for pushed in delivered]})
    else:
        _show(delivered, console)
    return 5 if any(pushed.result is PushResult.REFUSED for pushed in delivered) else 0


def _document(pushed: Pushed) -> dict[str, object]:
    from contract.wire.documents import format_time

    return {
        "snapshot_id": pushed.snapshot.snapshot_id,
        "result": pushed.result,
        "received_at": format_time(pushed.receipt.received_at) if pushed.receipt else None,
        "reason": pushed.reason,
        "findings": [finding.model_dump(mode="json") for finding in pushed.findings],
    }


def _show(delivered: list[Pushed], console: Console) -> None:
    from agent.cli.budget import show_findings

    if not delivered:
        console.say(T("Nothing waits to be delivered."))
    for pushed in delivered:
        console.say(_sentence(pushed, console))
        show_findings((wire.finding() for wire in pushed.findings), console)


def _sentence(pushed: Pushed, console: Console) -> Text:
    from agent.cli.moments import wib
    from agent.deliver import PushResult
    from contract.wire.documents import format_time

    snapshot = pushed.snapshot.snapshot_id[:12]
    if pushed.result is PushResult.REFUSED:
        return T("Refused: snapshot {snapshot}. {reason}", snapshot=snapshot, reason=pushed.reason)
    if pushed.result is PushResult.WAITING or pushed.receipt is None:
        return T("Arrived: snapshot {snapshot}; the centre has not judged it yet.", snapshot=snapshot)
    when = wib(format_time(pushed.receipt.received_at), console.translate)
    return T("Delivered: snapshot {snapshot}, received by the centre {when}.", snapshot=snapshot, when=when)
