"""The first step: read one consistent budget and lay it down as frames, one SKPD in memory at a time.

This runs in the collecting child, whose memory counts: nothing here loads settings, the vault or the outbox.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.staging import Staging
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
from contract.wire.manifest import SegmentEntry, SegmentKind, WireTotals

OpenSource = Callable[[], Connector]
"""Makes a connector; picklable, because drivers are only ever loaded in a child process."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What was read; the frames themselves lie in the staging area."""

    tahun: int
    taken_at: datetime
    facts: SourceFacts
    totals: Totals
    segments: tuple[SegmentEntry, ...]
    findings: tuple[Finding, ...]

    @property
    def frame_sha256(self) -> tuple[str, ...]:
        """The frames that belong to it, in the order of its segments."""
        return tuple(entry.frame_sha256 for entry in self.segments)


def collect_from(open_source: OpenSource, tahun: int, folder: Path, now: datetime) -> Collected:
    """`collect` as the work of a child process: its frames lie in `folder`, a staging area of the parent."""
    return collect(open_source(), tahun, Staging(folder), now)


def collect(connector: Connector, tahun: int, staging: Staging, now: datetime) -> Collected:
    """Read the budget of a year; raises a ConnectorError, or a ContractError where it is not sound."""
    with connector.reading(tahun) as reading:
        totals = reading.totals
        segments = (_names(reading, staging), *_skpd(reading, staging))
        findings = tuple(reading.findings())
    return Collected(tahun, now, reading.facts, totals, segments, findings)


def _names(reading: Reading, staging: Staging) -> SegmentEntry:
    encoded = encode_names(reading.names())
    return _kept(SegmentKind.NAMES, "", judge_names(_within_limit(encoded).plain), staging)


def _skpd(reading: Reading, staging: Staging) -> Iterator[SegmentEntry]:
    for kode, sums in reading.skpd():
        encoded = _within_limit(encode_sums(sums))
        # Judged before they are signed, by the very rules that the centre judges them with.
        yield _kept(SegmentKind.LINES, kode, judge_lines(encoded.plain, kode), staging)


def _within_limit(encoded: Encoded) -> Encoded:
    if len(encoded.plain) > MAX_SEGMENT_BYTES:
        raise too_large(len(encoded.plain), MAX_SEGMENT_BYTES)
    return encoded


def _kept(kind: SegmentKind, kode_skpd: str, encoded: Encoded, staging: Staging) -> SegmentEntry:
    frame = frames.pack(encoded.plain)
    return SegmentEntry(
        kind=kind,
        kode_skpd=kode_skpd,
        lines=encoded.lines,
        totals=WireTotals.of(encoded.totals),
        bytes=len(encoded.plain),
        sha256=sha256_hex(encoded.plain),
        frame_bytes=len(frame),
        frame_sha256=staging.keep(frame),
    )
