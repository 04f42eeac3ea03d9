"""A delivery that an officer was handed as a file: taken, judged and receipted as one that came by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO

from sqlalchemy import Connection

from contract.errors import ContractError
from contract.text import T
from contract.wire import envelope
from contract.wire.adk import ReadAdk, csv_of, frames_in, read_adk
from contract.wire.identity import signing_key
from contract.wire.manifest import Manifest, read_manifest
from sikd import audit, nodes
from sikd.accounts import User, require_officer
from sikd.database import Database
from sikd.intake import parts, receive, store
from sikd.intake.commit import commit
from sikd.intake.finish import finish
from sikd.intake.judging import Judge
from sikd.intake.store import Snapshot
from sikd.keys import CentreKey


@dataclass(frozen=True, slots=True)
class Loaded:
    """Where the snapshot of an ADK file stands, and whether the file's CSV says something else than it."""

    snapshot: Snapshot
    csv_differs: bool


def load_adk(
    database: Database, file: BinaryIO, judge: Judge, key: CentreKey, by: User, now: datetime
) -> Loaded:
    """Take in a whole ADK file; the same file again, or the same snapshot by line, changes nothing.

    1. Whoever brings it is an officer of DJPK.
    2. All of the file is looked at, its signature first.      Nothing is acted upon before its last byte.
    3. It is committed, unless all of it is here; who brought it is written down with that.
    4. Each segment that is lacking is judged and kept.
    5. The whole is judged, and its last receipt signed.
    """
    _require_officer(by)
    found = read_adk(file, lambda letter: _signed(database, letter))
    differs = _csv_differs(file, found)
    name = (found.manifest.kode_pemda, found.manifest.snapshot_id)
    with database.begin() as connection:
        if not _is_here(connection, *name):
            commit(connection, found.envelope, name[1], found.manifest.node_id, judge, key, now)
        details = {"csv": "differs" if differs else "as signed"}
        audit.append(connection, by.username, "adk_loaded", name[1], details, now, kode_pemda=name[0])
        of_snapshot = parts.parts_of(connection, *name)
    for part, frame in zip(of_snapshot, _frames(file, found.manifest), strict=True):
        receive.take(database, name, part, frame, now)
    with database.begin() as connection:
        snapshot = finish(connection, store.snapshot(connection, *name), judge, key, now)
    return Loaded(snapshot, differs)


def _signed(database: Database, data: bytes) -> Manifest:
    """The manifest of an envelope by an enrolled node; the key's name only chooses among enrolled keys."""
    letter = envelope.read(data)
    with database.read() as connection:
        node = nodes.get(connection, letter.signatures[0].keyid)
    return read_manifest(letter.verified(envelope.MANIFEST_TYPE, signing_key(node.signing_der)))


def _is_here(conn: Connection, kode_pemda: str, snapshot_id: str) -> bool:
    """Whether a snapshot was delivered before, whole: its file is then no delivery by a node of today."""
    of_snapshot = parts.parts_of(conn, kode_pemda, snapshot_id)
    return bool(of_snapshot) and not parts.lacking(of_snapshot)


def _csv_differs(file: BinaryIO, found: ReadAdk) -> bool:
    """Whether the CSV is another than the segments give; segments that give none are judged by themselves."""
    digest = sha256()
    try:
        for rows in csv_of(found.manifest, _frames(file, found.manifest)):
            digest.update(rows)
    except ContractError:
        return False
    return digest.hexdigest() != found.csv_sha256


def _frames(file: BinaryIO, manifest: Manifest) -> Iterator[bytes]:
    """The frames of a file that was looked through, from its start."""
    file.seek(0)
    return frames_in(file, manifest)


def _require_officer(by: User) -> None:
    require_officer(by, T("{username} may not read in an ADK file.", username=by.username))
