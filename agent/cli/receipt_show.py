"""`sinergi receipt show`: the centre's receipts that this node keeps."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from agent.cli.console import Console
from agent.cli.usage import UsageError
from contract.text import T, Text

if TYPE_CHECKING:
    from agent.storage.outbox import StoredReceipt
    from contract.wire.receipt import Receipt, ReceiptType

EXAMPLE = "sudo sinergi receipt show"
SCHEMA = "sinergi.receipts/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("The centre's receipts that this node keeps: what arrived, and when.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    parser.add_argument(
        "snapshot", nargs="?", metavar=_("SNAPSHOT"), help=_("the first characters of a snapshot's id")
    )
    parser.add_argument(
        "--raw",
        action="store_true",
        help=_("the signed receipt itself, to be kept in a file and verified anywhere"),
    )


def execute(options: Namespace, console: Console) -> int:
    """Show receipts, latest first, each verified once more."""
    from agent.cli.opened import opened
    from agent.receipts import verified

    with opened(console) as node:
        kept = [
            stored
            for stored in node.outbox.receipts()
            if stored.snapshot_id.startswith(options.snapshot or "")
        ]
        if options.snapshot and not kept:
            raise UsageError(
                T("No receipt is kept for a snapshot {snapshot}.", snapshot=options.snapshot[:64]),
                remedy=T("`sudo sinergi receipt show` lists all that are kept."),
            )
        if options.raw:
            console.say(_only(kept).envelope.decode("ascii"))
        else:
            _show([verified(stored.envelope, node.state) for stored in kept], console, as_json=options.json)
    return 0


def _only(kept: Sequence[StoredReceipt]) -> StoredReceipt:
    """The receipt that proves most: the final one or the refusal, else the commit receipt."""
    if len({stored.snapshot_id for stored in kept}) != 1:
        raise UsageError(
            T(
                "--raw gives one receipt, and {count} snapshots fit.",
                count=len({s.snapshot_id for s in kept}),
            ),
            remedy=T("Name the snapshot by its first characters."),
        )
    return next((stored for stored in kept if stored.type != "commit"), kept[0])


def _show(receipts: Sequence[Receipt], console: Console, *, as_json: bool) -> None:
    if as_json:
        console.document(
            {"schema": SCHEMA, "receipts": [one.model_dump(mode="json", by_alias=True) for one in receipts]}
        )
    elif not receipts:
        console.say(T("No receipt yet."))
    for receipt in [] if as_json else receipts:
        show_receipt(receipt, console)


def show_receipt(receipt: Receipt, console: Console) -> None:
    """Print what one verified receipt proves."""
    from agent.cli.moments import wib
    from contract.wire.documents import format_time
    from contract.wire.identity import grouped

    console.say(_meaning(receipt.type))
    console.facts(
        [
            (T("Snapshot"), receipt.snapshot_id),
            (T("Content"), receipt.content_id),
            (T("Kode Pemda"), f"{receipt.kode_pemda} · APBD {receipt.tahun_anggaran}"),
            (T("Node ID"), grouped(receipt.node_id)),
            (T("Received"), wib(format_time(receipt.received_at), console.translate)),
            (T("Centre's key"), receipt.centre_key_id),
        ]
    )


def _meaning(kind: ReceiptType) -> Text:
    from contract.wire.receipt import ReceiptType

    return {
        ReceiptType.COMMIT: T("Commit receipt: the snapshot was handed in"),
        ReceiptType.FINAL: T("Final receipt: the centre has all of the snapshot"),
        ReceiptType.REFUSED: T("Refusal: the centre does not accept the snapshot"),
    }[kind]
