"""How far a snapshot is trusted, step by step; no step takes for granted what none before has shown."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from contract.budget import rules as own_rules
from contract.errors import BadSignature
from contract.text import T, Text
from contract.wire.canonical import sha256_hex
from contract.wire.envelope import MANIFEST_TYPE, Envelope
from contract.wire.manifest import Manifest, read_manifest, stated_by
from sikd import intake
from sikd.intake import Known, Part, Snapshot, Verdict
from sikd.verification.rules import COMMITMENT_RULES, Accounts, account_is_in_chart


def commitment(letter: Envelope, snapshot_id: str, known: Known) -> Manifest:
    """The manifest that a node commits to; raises an ExplainedError where it may not.

    1. The envelope is signed by the node's key, as enrolled.    Nothing is parsed before this.
    2. The payload is the one that the address names.
    3. The payload is a well-formed manifest.
    4. The manifest is sound by itself.                          The agent has applied the same rules.
    5. The manifest fits what the centre knows.
    """
    payload = letter.verified(MANIFEST_TYPE, known.key)
    if sha256_hex(payload) != snapshot_id:
        raise BadSignature(
            T(
                "The signed document was refused: {why}.",
                why=T("it is not the snapshot that the address names"),
            ),
            remedy=T("Do not use it; ask its sender to make it again."),
        )
    manifest = read_manifest(payload)
    own_rules.require_sound(stated_by(manifest))
    for rule in COMMITMENT_RULES:
        rule(manifest, known)
    return manifest


def whole(conn: Connection, snapshot: Snapshot, manifest: Manifest) -> Verdict:
    """The verdict on a snapshot of which every segment has arrived.

    1. Every segment arrived as signed, and holds canonical lines.
    2. Every segment that was here before is what this manifest states of it.
    3. The lines, added up by the database, are the control totals.
    4. What is worth a second look becomes a finding.
    """
    parts = intake.parts_of(conn, snapshot.kode_pemda, snapshot.snapshot_id)
    fault = next(_faults(conn, snapshot, manifest, parts), None)
    if fault is not None:
        return Verdict(snapshot.findings, fault)
    used = intake.accounts_of(conn, snapshot)
    noticed = (
        *snapshot.findings,
        *own_rules.warnings(stated_by(manifest)),
        *account_is_in_chart(Accounts(snapshot.tahun_anggaran, used)),
    )
    return Verdict(noticed, None)


def _faults(
    conn: Connection, snapshot: Snapshot, manifest: Manifest, parts: tuple[Part, ...]
) -> Iterator[Text]:
    for part in parts:
        if part.fault is not None:
            yield T("Segment {position} is refused: {why}", position=part.position, why=part.fault)
    stored = intake.stored_segments(conn, snapshot)
    for part in parts:
        if stored.get(part.sha256) != part.stated:
            yield T("Segment {position} is not what the manifest states of it.", position=part.position)
    counted = intake.sums_of(conn, snapshot)
    if counted != manifest.totals.totals():
        yield T("The lines do not add up to the control totals.")
