"""`sikd adk load`: read in an ADK file that a Pemda has handed over, and write its receipt."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from contract.text import T
from contract.wire.documents import format_time
from contract.wire.states import SnapshotState
from sikd.cli.console import Console
from sikd.errors import BadSettings

if TYPE_CHECKING:
    from sikd.intake import Loaded, Snapshot

EXAMPLE = "sikd adk load 2026991265-adk-1f0c33a7.zip --receipt receipt.json --as petugas-1"
SCHEMA = "sikd.adk-loaded/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Reads in an ADK file, as if its node had delivered it.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    from sikd.cli import centre

    parser.add_argument("file", metavar=_("FILE"), type=Path, help=_("as `sinergi adk export` made it"))
    parser.add_argument(
        "--receipt",
        metavar=_("FILE"),
        type=Path,
        help=_("write the receipt there, for `sinergi adk receipt`"),
    )
    centre.add_person_options(parser, _)


def execute(options: Namespace, console: Console) -> int:
    """Read it in; 0 where the centre now has the snapshot, 1 where it is refused."""
    from sikd import intake, keys
    from sikd.app import Judges
    from sikd.cli import centre

    of = centre.settings(options)
    key = keys.load(of.centre_key)
    with centre.centre_database(of) as database, _opened(options.file) as file:
        person = centre.acting_person(options, console, database)
        _require_new(options.receipt)
        loaded = intake.load_adk(database, file, Judges(), key, person, centre.now())
    if options.receipt is not None:
        _write(options.receipt, _proof(loaded.snapshot))
    if options.json:
        console.document(SCHEMA, _document(loaded))
    else:
        _show(loaded, console)
    return 1 if loaded.snapshot.state is SnapshotState.REFUSED else 0


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file; what fails while it is read, as a worn stick does, is told as that."""
    try:
        with path.open("rb") as file:
            file.seek(0)  # a pipe cannot be looked through before it is acted upon
            yield file
    except OSError as error:
        raise _unusable(path, error) from error


def _require_new(path: Path | None) -> None:
    """Before anything is done, although the same file may be read in again and gets the same receipt."""
    if path is not None and path.exists():
        raise BadSettings(
            T("{path} exists already.", path=path),
            remedy=T("Name another file; nothing is ever overwritten."),
        )


def _write(path: Path, receipt: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(receipt + b"\n")
    except OSError as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: OSError) -> BadSettings:
    return BadSettings(
        T("{path} cannot be used: {why}.", path=path, why=error.strerror or error),
        remedy=T("Check its name and its rights."),
    )


def _proof(snapshot: Snapshot) -> bytes:
    """The receipt that proves most: the last one, or the commitment's while segments are lacking."""
    return snapshot.last_receipt or snapshot.commit_receipt


def _document(loaded: Loaded) -> dict[str, object]:
    snapshot = loaded.snapshot
    return {
        "snapshot_id": snapshot.snapshot_id,
        "content_id": snapshot.content_id,
        "kode_pemda": snapshot.kode_pemda,
        "tahun_anggaran": snapshot.tahun_anggaran,
        "state": snapshot.state,
        "reason": snapshot.reason,
        "received_at": format_time(snapshot.received_at),
        "csv_differs": loaded.csv_differs,
        "receipt": _proof(snapshot).decode("ascii"),
    }


def _show(loaded: Loaded, console: Console) -> None:
    from sikd import reference
    from sikd.cli import centre

    snapshot = loaded.snapshot
    if snapshot.state is SnapshotState.REFUSED:
        console.say(T("The snapshot is refused: {reason}", reason=snapshot.reason))
    else:
        console.say(T("The snapshot is here, whole and sound."))
    console.facts(
        [
            (T("Pemda"), reference.pemda_in_words(snapshot.kode_pemda)),
            (T("Budget year"), str(snapshot.tahun_anggaran)),
            (T("Snapshot"), snapshot.snapshot_id),
            (T("Content"), snapshot.content_id),
            (T("Received"), centre.local_time(snapshot.received_at)),
        ]
    )
    if loaded.csv_differs:
        console.note(T("The CSV in the file is not what was signed. Do not use it; ask the Pemda about it."))
