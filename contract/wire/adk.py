"""The ADK file: a whole snapshot in one file, for a Pemda that carries it to the centre on a stick.

It holds what would travel over a line, the envelope and the frames, and beside them the classic CSV. Its
bytes follow from the envelope, the frames and the CSV's shape alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from contract.budget.classic import ClassicCsv, with_semicolon
from contract.budget.segment import judge_lines, judge_names
from contract.text import T
from contract.wire import frames
from contract.wire.archive import ArchiveReader, Member, Source, directory, malformed, measured
from contract.wire.canonical import sha256_hex, too_large
from contract.wire.envelope import MAX_ENVELOPE_BYTES
from contract.wire.manifest import Manifest, SegmentEntry

ADK_TYPE: Final = "application/vnd.sikd.adk.v1+zip"
MAX_CSV_BYTES = 1024 * 1024 * 1024
"""With every other limit of a snapshot, less than the 4 GiB that a plain ZIP can hold."""
_TYPE, _ENVELOPE = "mimetype", "envelope.json"


def _whose(manifest: Manifest) -> str:
    """`2026991265`, by year and kode satker; `2026-11.10-` where the Pemda's kode satker is not known."""
    return f"{manifest.tahun_anggaran}{manifest.kode_satker or f'-{manifest.kode_pemda}-'}"


def csv_name(manifest: Manifest) -> str:
    """The classic name of the CSV, for example `2026991265murni.csv`."""
    return f"{_whose(manifest)}murni.csv"


def file_name(manifest: Manifest) -> str:
    """The name that an ADK file is given where nobody names another."""
    return f"{_whose(manifest).rstrip('-')}-adk-{manifest.snapshot_id[:8]}.zip"


def csv_of(manifest: Manifest, packed: Iterable[bytes]) -> Iterator[bytes]:
    """The classic CSV of a snapshot's frames, an SKPD at a time; raises a ContractError as intake would."""
    opened = (_judged(entry, frame) for entry, frame in zip(manifest.segments, packed, strict=True))
    rows = ClassicCsv(manifest.tahun_anggaran, next(opened))
    for plain in opened:
        yield rows.rows(plain)


@dataclass(frozen=True, slots=True)
class Adk:
    """An ADK file that is ready to be written; `frames` gives the frames in order, as often as asked."""

    envelope: bytes
    manifest: Manifest
    frames: Callable[[], Iterable[bytes]]
    csv: Member
    commas: int
    """In how many names a `;` became a `,` in the CSV."""

    @classmethod
    def of(cls, envelope: bytes, manifest: Manifest, packed: Callable[[], Iterable[bytes]]) -> Adk:
        """The file of a signed manifest and its frames; raises TooLarge, or a ContractError of a segment."""
        names = _judged(manifest.segments[0], next(iter(packed())))
        csv = measured(csv_name(manifest), csv_of(manifest, packed()))
        if csv.size > MAX_CSV_BYTES:
            raise too_large(csv.size, MAX_CSV_BYTES)
        return cls(envelope, manifest, packed, csv, with_semicolon(names))

    def chunks(self) -> Iterator[bytes]:
        """The file's bytes, at most one segment in memory at a time."""
        members = []
        for name, content in self._whole_members():
            members.append(measured(name, [content]))
            yield members[-1].header() + content
        members.append(self.csv)
        yield self.csv.header()
        yield from csv_of(self.manifest, self.frames())
        yield directory(members)

    def _whole_members(self) -> Iterator[tuple[str, bytes]]:
        yield _TYPE, ADK_TYPE.encode("ascii")
        yield _ENVELOPE, self.envelope
        for position, frame in enumerate(self.frames()):
            yield _frame_name(position), frame


@dataclass(frozen=True, slots=True)
class ReadAdk:
    """What an ADK file holds; its frames lie where `frames_in` finds them, and its CSV has this hash."""

    envelope: bytes
    manifest: Manifest
    csv_sha256: str


def read_adk(source: Source, trusted: Callable[[bytes], Manifest]) -> ReadAdk:
    """Look through a whole file, from its first byte to its last; nothing of it is acted upon yet.

    1. It begins as an ADK file, with an envelope within its limit.     Nothing was interpreted so far.
    2. `trusted` finds who signed the envelope, and a manifest in it.
    3. The frames follow that the manifest states, by length and hash.  None is opened here.
    4. The CSV follows, within its limit.
    5. The directory follows that these files have, and then nothing.
    """
    archive = ArchiveReader(source)
    envelope = _envelope(archive)
    manifest = trusted(envelope)
    for _ in _frames(archive, manifest):
        pass
    digest = sha256()
    for chunk in archive.chunks(csv_name(manifest), max_bytes=MAX_CSV_BYTES):
        digest.update(chunk)
    archive.end()
    return ReadAdk(envelope, manifest, digest.hexdigest())


def frames_in(source: Source, manifest: Manifest) -> Iterator[bytes]:
    """The frames of a file that was looked through, read again from its start, one in memory at a time."""
    archive = ArchiveReader(source)
    _envelope(archive)
    yield from _frames(archive, manifest)


def _envelope(archive: ArchiveReader) -> bytes:
    if archive.member(_TYPE, max_bytes=len(ADK_TYPE)) != ADK_TYPE.encode("ascii"):
        raise malformed(T("it is of another kind or version"))
    return archive.member(_ENVELOPE, max_bytes=MAX_ENVELOPE_BYTES)


def _frames(archive: ArchiveReader, manifest: Manifest) -> Iterator[bytes]:
    for position, entry in enumerate(manifest.segments):
        frame = archive.member(_frame_name(position), max_bytes=entry.frame_bytes)
        if sha256_hex(frame) != entry.frame_sha256:
            raise malformed(T("segment {position} is not the one that was signed", position=position))
        yield frame


def _frame_name(position: int) -> str:
    return f"segments/{position}.tsv.zst"


def _judged(entry: SegmentEntry, frame: bytes) -> bytes:
    plain = frames.unpack(frame, frame_sha256=entry.frame_sha256, size=entry.bytes, sha256=entry.sha256)
    judged = judge_lines(plain, entry.kode_skpd) if entry.kode_skpd else judge_names(plain)
    return judged.plain
