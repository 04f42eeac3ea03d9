"""`sinergi adk receipt`: take in the receipt that DJPK gave for an ADK file."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from agent.cli.console import Console
from contract.text import T

EXAMPLE = "sudo sinergi adk receipt /media/usb/receipt.json"
SCHEMA = "sinergi.adk-receipt/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Take in the receipt that DJPK gave for an ADK file.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    parser.add_argument("file", metavar=_("FILE"), help=_("the receipt, as DJPK handed it back"))


def execute(options: Namespace, console: Console) -> int:
    """Verify and keep it; 0 where the centre has the snapshot, 5 where it refused it."""
    from agent.cli.opened import telling
    from agent.cli.receipt_show import show_receipt
    from agent.cli.receipt_verify import read_receipt
    from contract.wire.receipt import ReceiptType

    # Before root becomes the service user, who may not read a stick.
    data = read_receipt(options.file)
    with telling(console) as node:
        receipt = node.take_receipt(data)
    if options.json:
        console.document({"schema": SCHEMA, "receipt": receipt.model_dump(mode="json", by_alias=True)})
    else:
        show_receipt(receipt, console)
        console.say(T("✓ The signature is the centre's; the receipt is kept."))
    return 5 if receipt.type is ReceiptType.REFUSED else 0
