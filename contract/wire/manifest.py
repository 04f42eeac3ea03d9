"""The manifest: what a snapshot is, without its lines. Its hash is the snapshot's identity."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from contract.budget.findings import Finding, Level
from contract.budget.rules import Stated
from contract.budget.segment import MAX_SEGMENT_BYTES
from contract.budget.totals import Totals
from contract.errors import ContractError, MalformedSnapshot
from contract.wire import canonical
from contract.wire.documents import Amount, Count, Document, ShortText, Time, matching, one_line
from contract.wire.envelope import MAX_ENVELOPE_BYTES
from contract.wire.frames import MAX_FRAME_BYTES
from contract.wire.identity import require_node_id

SCHEMA: Final = "sikd.manifest/1"
KODE_DATA_MURNI: Final = "01"
MAX_SEGMENTS = 2000
MAX_FINDINGS = 1000
MAX_SNAPSHOT_BYTES = 512 * 1024 * 1024
"""All segments together, plain or packed; the largest APBD known is near 60 MB of plain lines."""


def _own_spelling(text: str) -> str:
    try:
        same = require_node_id(text) == text
    except ContractError:
        same = False
    if not same:
        raise ValueError("not a node ID without spaces and in lower case")
    return text


def _real_date(text: str) -> str:
    date.fromisoformat(text)
    return text


Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}\z")]
NodeId = Annotated[str, AfterValidator(_own_spelling)]
KodePemda = Annotated[str, matching("kode_pemda")]
Year = Annotated[int, Field(ge=2020, le=2100)]


class WireTotals(Document):
    """The four control totals of an APBD as the wire carries them."""

    pendapatan: Amount
    belanja: Amount
    penerimaan_pembiayaan: Amount
    pengeluaran_pembiayaan: Amount

    @classmethod
    def of(cls, totals: Totals) -> WireTotals:
        """The wire form of totals."""
        return cls(
            pendapatan=totals.pendapatan,
            belanja=totals.belanja,
            penerimaan_pembiayaan=totals.penerimaan_pembiayaan,
            pengeluaran_pembiayaan=totals.pengeluaran_pembiayaan,
        )

    def totals(self) -> Totals:
        """The totals as values to count with."""
        return Totals(self.pendapatan, self.belanja, self.penerimaan_pembiayaan, self.pengeluaran_pembiayaan)


class Perda(Document):
    """The Perda that enacted the budget, as a person at the Pemda stated it."""

    nomor: Annotated[str, one_line(100), Field(min_length=1)]
    tanggal: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\z"), AfterValidator(_real_date)]


class Tahapan(Document):
    """The stage that was read as *murni*, and why it is believed to be that."""

    kode: ShortText
    nama: ShortText
    evidence: Annotated[str, one_line(500)]


class Consistency(StrEnum):
    """Whether the database could be read at one instant."""

    SNAPSHOT = "snapshot"
    TORN_POSSIBLE = "torn-possible"


class Source(Document):
    """What the snapshot was read from; every field is what the node says."""

    application: ShortText
    version: ShortText
    engine: ShortText
    engine_version: ShortText
    tahapan: Tahapan
    consistency: Annotated[Consistency, Field(strict=False)]


class SegmentKind(StrEnum):
    """What a segment holds."""

    NAMES = "names"
    LINES = "lines"


class SegmentEntry(Document):
    """What the manifest states about one segment; its identity is the hash of its plain bytes."""

    kind: Annotated[SegmentKind, Field(strict=False)]
    kode_skpd: Annotated[str, Field(max_length=22)]
    lines: Count
    totals: WireTotals
    bytes: Annotated[int, Field(ge=0, le=MAX_SEGMENT_BYTES)]
    sha256: Sha256
    frame_bytes: Annotated[int, Field(ge=1, le=MAX_FRAME_BYTES)]
    frame_sha256: Sha256


ValueName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}\z")]


class WireFinding(Document):
    """A finding as the wire carries it, in manifests and in the centre's answers."""

    # A node passes over what a newer centre adds. A manifest still holds nothing else, for it is read as a
    # whole: written again, it must give the bytes that were signed.
    model_config = ConfigDict(extra="ignore")

    rule: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}\z")]
    level: Annotated[Level, Field(strict=False)]
    values: Annotated[dict[ValueName, ShortText], Field(max_length=12)]

    @classmethod
    def of(cls, finding: Finding) -> WireFinding:
        """The wire form of a finding; over-long values are cut."""
        return cls(rule=finding.rule, level=finding.level, values=dict(finding.values))

    def finding(self) -> Finding:
        """The finding as a value."""
        return Finding(self.rule, self.level, self.values)


class Manifest(Document):
    """One snapshot of one Pemda's APBD: its origin, its totals, and the hash of every segment."""

    refused_as = MalformedSnapshot

    schema_: Annotated[Literal["sikd.manifest/1"], Field(alias="schema")] = SCHEMA
    kode_pemda: KodePemda
    kode_satker: Annotated[str, matching("kode_satker")] | None
    kode_bps: Annotated[str, matching("kode_bps")] | None
    tahun_anggaran: Year
    kode_data: Literal["01"]
    perda: Perda | None
    node_id: NodeId
    sequence: Annotated[int, Field(ge=1, lt=2**53)]
    previous: Sha256 | None
    taken_at: Time
    agent_version: ShortText
    source: Source
    totals: WireTotals
    segments: Annotated[tuple[SegmentEntry, ...], Field(min_length=1, max_length=MAX_SEGMENTS, strict=False)]
    findings: Annotated[tuple[WireFinding, ...], Field(max_length=MAX_FINDINGS, strict=False)]

    @model_validator(mode="after")
    def _names_come_first(self) -> Self:
        names, *skpd = self.segments
        if names.kind is not SegmentKind.NAMES or any(entry.kind is SegmentKind.NAMES for entry in skpd):
            raise ValueError("segment 0 holds the names, every other one an SKPD")
        if names.kode_skpd or names.totals.totals() != Totals():
            raise ValueError("the names belong to no SKPD and have no totals")
        return self

    @model_validator(mode="after")
    def _is_of_a_size_to_judge(self) -> Self:
        plain = sum(entry.bytes for entry in self.segments)
        packed = sum(entry.frame_bytes for entry in self.segments)
        if max(plain, packed) > MAX_SNAPSHOT_BYTES:
            raise ValueError(f"all segments together are more than {MAX_SNAPSHOT_BYTES} bytes")
        return self

    @property
    def snapshot_id(self) -> str:
        """SHA-256 of the manifest's canonical bytes."""
        return canonical.sha256_hex(self.to_bytes())

    @property
    def content_id(self) -> str:
        """SHA-256 of what was budgeted, whoever read it and whenever: equal content has an equal id."""
        content = {
            "kode_data": self.kode_data,
            "kode_pemda": self.kode_pemda,
            "perda": self.perda.model_dump(mode="json") if self.perda else None,
            "segments": [[entry.kode_skpd, entry.sha256] for entry in self.segments],
            "tahapan": {"kode": self.source.tahapan.kode, "nama": self.source.tahapan.nama},
            "tahun_anggaran": self.tahun_anggaran,
            "totals": self.totals.model_dump(mode="json"),
        }
        return canonical.sha256_hex(canonical.dumps(content))


def stated_by(manifest: Manifest) -> Stated:
    """What a manifest states, in the form that the rules of `contract.budget.rules` judge."""
    return Stated(
        totals=manifest.totals.totals(),
        has_perda=manifest.perda is not None,
        skpd=[
            (entry.kode_skpd, entry.lines, entry.totals.totals())
            for entry in manifest.segments
            if entry.kind is SegmentKind.LINES
        ],
    )


def read_manifest(payload: bytes) -> Manifest:
    """A manifest from a verified payload; raises MalformedSnapshot, MalformedMessage or TooLarge."""
    return Manifest.from_bytes(payload, max_bytes=MAX_ENVELOPE_BYTES)
