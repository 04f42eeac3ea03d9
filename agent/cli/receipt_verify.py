"""`sinergi receipt verify`: check a receipt anywhere, without the centre and without this node's state."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from agent import system_words
from agent.cli.console import Console
from agent.cli.usage import UsageError
from contract.text import T

if TYPE_CHECKING:
    from contract.wire.receipt import Receipt

EXAMPLE = "sinergi receipt verify receipt.json --centre-key centre.pem"
SCHEMA = "sinergi.receipt-verify/1"
_MAX_KEY_BYTES = 4096


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Check a receipt offline: who signed it, what it proves, and when.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    parser.add_argument(
        "file", metavar=_("FILE"), help=_("the receipt, as `sudo sinergi receipt show --raw` gives it")
    )
    parser.add_argument(
        "--centre-key",
        metavar=_("KEY"),
        help=_("the centre's public key: a PEM file, or base64; without it, the key that this node trusts"),
    )


def execute(options: Namespace, console: Console) -> int:
    """Verify; 0 where the receipt is the centre's, 5 where it is not."""
    from agent.cli.receipt_show import show_receipt

    receipt = _verified(read_receipt(options.file), options.centre_key, console)
    if options.json:
        console.document({"schema": SCHEMA, "receipt": receipt.model_dump(mode="json", by_alias=True)})
    else:
        show_receipt(receipt, console)
        console.say(T("✓ The signature is the centre's."))
    return 0


def _verified(data: bytes, key: str | None, console: Console) -> Receipt:
    from agent.receipts import verified
    from contract.wire.receipt import verify_receipt

    if key is not None:
        from contract.wire.identity import signing_key

        return verify_receipt(data, signing_key(_key(key)))
    from agent.cli.opened import opened

    with opened(console) as node:
        return verified(data, node.state)


def read_receipt(file: str) -> bytes:
    """A receipt's envelope from its file; raises UsageError where that cannot be read."""
    try:
        return Path(file).read_bytes().strip()
    except OSError as error:
        raise UsageError(
            T("The file {file} cannot be read: {why}.", file=file, why=system_words.why(error)),
            remedy=T("Check its name and its rights."),
        ) from error


def _key(text: str) -> bytes:
    """A public key as SPKI DER, from a PEM file or a file or argument in base64."""
    from contract.errors import MalformedMessage
    from contract.wire.identity import from_base64

    if (file := Path(text)).is_file():
        text = file.read_bytes()[:_MAX_KEY_BYTES].decode("ascii", "replace")
    lines = [line.strip() for line in text.splitlines() if not line.startswith("-----")]
    try:
        return from_base64("".join(lines))
    except MalformedMessage as error:
        raise UsageError(
            T("{key} is no public key.", key=text[:80]),
            remedy=T("Give the centre's public key as a PEM file or in base64; a fingerprint is not enough."),
        ) from error
