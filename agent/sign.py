"""The second step: state what was collected in a manifest, judge it, and sign it with the node's key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError

from agent.collect import Collected, Segment
from agent.keys import NodeKeys
from contract.budget.findings import Finding
from contract.budget.rules import Stated, require_sound, warnings
from contract.errors import MalformedSnapshot
from contract.text import T
from contract.wire import envelope
from contract.wire.manifest import (
    KODE_DATA_MURNI,
    MAX_FINDINGS,
    Consistency,
    Manifest,
    Perda,
    SegmentEntry,
    SegmentKind,
    Source,
    Tahapan,
    WireFinding,
    WireTotals,
    read_manifest,
)

_LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose budget it is, and which node states it."""

    node_id: str
    kode_pemda: str
    kode_satker: str | None
    kode_bps: str | None
    agent_version: str
    perda: Perda | None


def manifest_of(collected: Collected, origin: Origin, *, sequence: int, previous: str | None) -> Manifest:
    """The manifest of what was collected; raises MalformedSnapshot where it contradicts itself.

    A hard error (form, balance of control totals) stops here, before anything is signed; warnings travel.
    """
    stated = _stated(collected, has_perda=origin.perda is not None)
    require_sound(stated)
    try:
        return Manifest(
            kode_pemda=origin.kode_pemda,
            kode_satker=origin.kode_satker,
            kode_bps=origin.kode_bps,
            tahun_anggaran=collected.tahun,
            kode_data=KODE_DATA_MURNI,
            perda=origin.perda,
            node_id=origin.node_id,
            sequence=sequence,
            previous=previous,
            taken_at=collected.taken_at,
            agent_version=origin.agent_version,
            source=_source(collected),
            totals=WireTotals.of(collected.totals),
            segments=_entries(collected),
            findings=_wire_findings([*collected.findings, *warnings(stated)]),
        )
    except ValidationError as error:
        raise _not_statable(error) from error


def sign_manifest(manifest: Manifest, keys: NodeKeys) -> bytes:
    """The manifest in its signed envelope."""
    signed = envelope.sign(envelope.MANIFEST_TYPE, manifest.to_bytes(), keys.signing, keyid=keys.node_id)
    return signed.to_bytes()


def stated_in(data: bytes, keys: NodeKeys) -> Manifest:
    """The manifest in an envelope by this node, under any of its names; BadSignature for any other."""
    letter = envelope.read(data)
    # The key's name only chooses among keys of our own.
    return read_manifest(letter.verified(envelope.MANIFEST_TYPE, keys.own_key(letter.signatures[0].keyid)))


def restated(manifest: Manifest, sequence: int, node_id: str) -> Manifest:
    """The same statement under a later sequence number and the name of now; its content_id stays."""
    return manifest.model_copy(update={"sequence": sequence, "node_id": node_id})


def _stated(collected: Collected, *, has_perda: bool) -> Stated:
    return Stated(
        totals=collected.totals,
        has_perda=has_perda,
        skpd=[(one.kode_skpd, one.lines, one.totals) for one in collected.skpd],
    )


def _entries(collected: Collected) -> tuple[SegmentEntry, ...]:
    lines = (_entry(SegmentKind.LINES, one) for one in collected.skpd)
    return (_entry(SegmentKind.NAMES, collected.names), *lines)


def _entry(kind: SegmentKind, segment: Segment) -> SegmentEntry:
    return SegmentEntry(
        kind=kind,
        kode_skpd=segment.kode_skpd,
        lines=segment.lines,
        totals=WireTotals.of(segment.totals),
        bytes=segment.bytes,
        sha256=segment.sha256,
        frame_bytes=segment.frame_bytes,
        frame_sha256=segment.frame_sha256,
    )


def _source(collected: Collected) -> Source:
    facts = collected.facts
    return Source(
        application=facts.application,
        version=facts.version[:_LONGEST_VALUE],
        engine=facts.engine,
        engine_version=facts.engine_version[:_LONGEST_VALUE],
        tahapan=Tahapan(
            kode=facts.stage.kode, nama=facts.stage.nama[:_LONGEST_VALUE], evidence=facts.stage.evidence[:500]
        ),
        consistency=Consistency.TORN_POSSIBLE if facts.torn_possible else Consistency.SNAPSHOT,
    )


def _wire_findings(findings: Iterable[Finding]) -> tuple[WireFinding, ...]:
    # A finding explains; it is cut to its allowed length rather than allowed to stop the snapshot.
    return tuple(
        WireFinding(
            rule=finding.rule,
            level=finding.level,
            values={name: value[:_LONGEST_VALUE] for name, value in finding.values.items()},
        )
        for finding in list(findings)[:MAX_FINDINGS]
    )


def _not_statable(error: ValidationError) -> MalformedSnapshot:
    first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part)[:40] for part in first["loc"][:6])
    return MalformedSnapshot(
        T("The budget cannot be stated in a manifest: {field}: {why}.", field=where, why=first["msg"]),
        remedy=T("Correct this in the finance database, or report it to the helpdesk."),
    )
