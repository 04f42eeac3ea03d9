"""The first step: read one consistent budget and lay it down as frames, one SKPD in memory at a time.

This runs in the collecting child, whose memory counts: nothing here loads settings, the vault or the
documents of the wire, which take as much room as the largest SKPD.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.storage.staging import Staging
from connectors.interface import Connector, Reading, SourceFacts
from contract.budget.findings import Finding
from contract.budget.segment import (
    MAX_SEGMENT_BYTES,
    Encoded,
    encode_names,
    encode_sums,
    judge_lines,
    judge_names,
)
from contract.budget.totals import Totals
from contract.wire import frames
from contract.wire.canonical import sha256_hex, too_large

OpenSource = Callable[[], Connector]
"""Makes a connector; picklable, because drivers are only ever loaded in a child process."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment, judged; its frame lies in the staging area. `kode_skpd` is empty for the names."""

    kode_skpd: str
    lines: int
    totals: Totals
    bytes: int
    sha256: str
    frame_bytes: int
    frame_sha256: str


@dataclass(frozen=True, slots=True)
class Collected:
    """What was read: the names, and the SKPD in code order."""

    tahun: int
    taken_at: datetime
    facts: SourceFacts
    totals: Totals
    names: Segment
    skpd: tuple[Segment, ...]
    findings: tuple[Finding, ...]


def collect_from(open_source: OpenSource, tahun: int, folder: Path, now: datetime) -> Collected:
    """`collect` as the work of a child process: its frames lie in `folder`, a staging area of the parent."""
    return collect(open_source(), tahun, Staging(folder), now)


def collect(connector: Connector, tahun: int, staging: Staging, now: datetime) -> Collected:
    """Read the budget of a year; raises a ConnectorError, or a ContractError where it is not sound."""
    with connector.reading(tahun) as reading:
        totals = reading.totals
        names = _names(reading, staging)
        skpd = tuple(_lines(kode, sums, staging) for kode, sums in reading.skpd())
        findings = tuple(reading.findings())
    return Collected(tahun, now, reading.facts, totals, names, skpd, findings)


def _names(reading: Reading, staging: Staging) -> Segment:
    encoded = encode_names(reading.names())
    return _kept("", judge_names(_within_limit(encoded).plain), staging)


def _lines(kode_skpd: str, sums: dict[str, int], staging: Staging) -> Segment:
    # Judged before they are signed, by the very rules that the centre judges them with.
    encoded = judge_lines(_within_limit(encode_sums(sums)).plain, kode_skpd)
    return _kept(kode_skpd, encoded, staging)


def _within_limit(encoded: Encoded) -> Encoded:
    if len(encoded.plain) > MAX_SEGMENT_BYTES:
        raise too_large(len(encoded.plain), MAX_SEGMENT_BYTES)
    return encoded


def _kept(kode_skpd: str, encoded: Encoded, staging: Staging) -> Segment:
    frame = frames.pack(encoded.plain)
    return Segment(
        kode_skpd=kode_skpd,
        lines=encoded.lines,
        totals=encoded.totals,
        bytes=len(encoded.plain),
        sha256=sha256_hex(encoded.plain),
        frame_bytes=len(frame),
        frame_sha256=staging.keep(frame),
    )
