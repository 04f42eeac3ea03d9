"""`sinergi adk export`: the snapshot in one file, for a stick or for the archive."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from agent.cli.console import Console
from agent.cli.usage import UsageError
from contract.text import T

if TYPE_CHECKING:
    from agent.storage.files import Written
    from contract.wire.adk import Adk

EXAMPLE = "sudo sinergi adk export --output /media/usb/"
SCHEMA = "sinergi.adk-export/1"
_STDOUT = "-"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("The newest snapshot as an ADK file, to be carried to DJPK.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    parser.add_argument(
        "--output",
        metavar=_("FILE"),
        default=".",
        help=_("where to write: a file, or a folder in which the file gets its usual name; - for a pipe"),
    )
    parser.add_argument(
        "--snapshot",
        metavar=_("ID"),
        default="",
        help=_("another than the newest: the first characters of its id"),
    )
    parser.add_argument("--force", action="store_true", help=_("replace the file where it exists"))


def execute(options: Namespace, console: Console) -> int:
    """Export; 0 once the file is whole and on the disk."""
    from agent.cli.on_behalf import on_behalf, person
    from agent.storage.files import draft_in

    doing = T("Exporting the snapshot")
    if options.output == _STDOUT:
        _require_pipe(options)
        on_behalf(console, doing, lambda ours: _exported(options, ours, sys.stdout.buffer))
        return 0
    folder, name = _place(options)
    with draft_in(folder, person()) as draft:
        made = json.loads(on_behalf(console, doing, lambda ours: _exported(options, ours, draft.file)))
        file = folder / (name or made["name"])
        if not draft.take_place(file, force=options.force):
            raise _exists(file)
    if options.json:
        console.document({"schema": SCHEMA, "file": str(file), **made["document"]})
    else:
        _show(file, made["document"], console)
    return 0


def _place(options: Namespace) -> tuple[Path, str]:
    """The folder to write into, and the file's name in it; empty where it gets its usual one."""
    target = Path(options.output)
    if target.is_dir():
        return target, ""
    if options.output.endswith("/"):
        # Else a stick that is not there would become a file of its name.
        raise UsageError(
            T("There is no folder {folder}.", folder=target), remedy=T("Check that the stick is mounted.")
        )
    if target.exists():
        _require_replaceable(target, options)
    return target.parent, target.name


def _exported(options: Namespace, console: Console, to: BinaryIO) -> str:
    """Write the file's bytes, and say in JSON what they are."""
    from agent.cli.opened import opened
    from agent.storage.files import write_all
    from contract.wire.adk import file_name

    with opened(console) as node, node.adk(options.snapshot) as adk:
        written = write_all(to, adk.chunks(), path=Path(options.output))
        return json.dumps({"name": file_name(adk.manifest), "document": _document(adk, written)})


def _document(adk: Adk, written: Written) -> dict[str, Any]:
    return {
        "bytes": written.size,
        "sha256": written.sha256,
        "snapshot_id": adk.manifest.snapshot_id,
        "content_id": adk.manifest.content_id,
        "tahun_anggaran": adk.manifest.tahun_anggaran,
        "csv": adk.csv.name,
        "commas": adk.commas,
    }


def _show(file: Path, made: dict[str, Any], console: Console) -> None:
    console.say(T("Written: {file}.", file=file))
    console.facts(
        [
            (T("Snapshot"), made["snapshot_id"]),
            (T("Content"), made["content_id"]),
            (T("Size"), f"{made['bytes']:,} B"),
            (T("SHA-256 of the file"), made["sha256"]),
        ]
    )
    if made["commas"]:
        console.say(
            T("In {count} names of the CSV a semicolon became a comma; the snapshot has them unchanged.",
              count=made["commas"])
        )  # fmt: skip
    console.say(
        T("DJPK reads it in and gives a receipt; bring that back with `sudo sinergi adk receipt FILE`.")
    )


def _require_pipe(options: Namespace) -> None:
    if options.json or sys.stdout.isatty():
        raise UsageError(
            T("The file itself goes to standard output here, so nothing else can."),
            remedy=T("Send it on with `>` or `|`, without --json; or name a file."),
        )


def _require_replaceable(file: Path, options: Namespace) -> None:
    if not options.force:
        raise _exists(file)
    if not file.is_file():
        # By renaming, root could put a file even in the place of /dev/null.
        raise UsageError(
            T("{file} is no plain file, and nothing is put in its place.", file=file),
            remedy=T("Name another file; for a pipe, use `--output -`."),
        )


def _exists(file: Path) -> UsageError:
    return UsageError(
        T("{file} exists already.", file=file), remedy=T("Name another file, or add --force to replace it.")
    )
