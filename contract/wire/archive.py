"""A ZIP file in one form alone: the same members give the same bytes, and any other bytes are refused.

Members are stored, named in ASCII, dated 1980-01-01, without attributes, extra fields or comments, one right
after another. A reader knows which name comes next, so that whatever else a ZIP may hold (compression,
encryption, links, paths, one name twice, two directories that differ, something before or behind it) is
merely bytes that are not the expected ones. Any program that opens ZIP files opens these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Protocol
from zlib import crc32

from contract.errors import MalformedAdk
from contract.text import T, Text
from contract.wire.canonical import too_large

CHUNK = 1024 * 1024
_LOCAL = Struct("<4s5H3L2H")
_CENTRAL = Struct("<4s6H3L5H2L")
_END = Struct("<4s4H2LH")
_SIZES = Struct("<2L")
_SIZES_AT = 14
# Version 1.0 of the format, no flags, stored, midnight, the first day that a ZIP can name.
_FORM = (10, 0, 0, 0, 0x21)


class Source(Protocol):
    """Where an archive is read from: a file that is open for reading bytes."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: its name, length and CRC-32."""

    name: str
    size: int
    crc: int

    def header(self) -> bytes:
        """What stands in front of its content."""
        head = _LOCAL.pack(b"PK\3\4", *_FORM, self.crc, self.size, self.size, len(self.name), 0)
        return head + self.name.encode("ascii")

    def entry(self, offset: int) -> bytes:
        """Its line in the directory at the archive's end."""
        sizes = (self.crc, self.size, self.size, len(self.name))
        entry = _CENTRAL.pack(b"PK\1\2", _FORM[0], *_FORM, *sizes, 0, 0, 0, 0, 0, offset)
        return entry + self.name.encode("ascii")


def measured(name: str, content: Iterable[bytes]) -> Member:
    """What an archive says of a member with this content."""
    size = crc = 0
    for chunk in content:
        size, crc = size + len(chunk), crc32(chunk, crc)
    return Member(name, size, crc)


def directory(members: Sequence[Member]) -> bytes:
    """What stands behind the last member."""
    entries, offset = [], 0
    for member in members:
        entries.append(member.entry(offset))
        offset += len(member.header()) + member.size
    listed, count = b"".join(entries), len(members)
    return listed + _END.pack(b"PK\5\6", 0, 0, count, count, len(listed), offset, 0)


class ArchiveReader:
    """The members of an archive as the caller names them, one after another; then its end."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._members: list[Member] = []

    def member(self, name: str, *, max_bytes: int) -> bytes:
        """The whole content of the next member; raises MalformedAdk or TooLarge."""
        stated = self._header(name, max_bytes)
        content = self._exactly(stated.size)
        self._keep(stated, crc32(content))
        return content

    def chunks(self, name: str, *, max_bytes: int) -> Iterator[bytes]:
        """The content of the next member in pieces; it is right only once the last one was taken."""
        stated = self._header(name, max_bytes)
        left, crc = stated.size, 0
        while left:
            chunk = self._exactly(min(left, CHUNK))
            left, crc = left - len(chunk), crc32(chunk, crc)
            yield chunk
        self._keep(stated, crc)

    def end(self) -> None:
        """Raise MalformedAdk unless the directory of what was read follows, and then nothing."""
        rest = directory(self._members)
        if self._exactly(len(rest)) != rest or self._source.read(1):
            raise malformed(T("what follows the last file in it is not its directory alone"))

    def _header(self, name: str, max_bytes: int) -> Member:
        header = self._exactly(_LOCAL.size + len(name))
        crc, size = _SIZES.unpack_from(header, _SIZES_AT)
        stated = Member(name, size, crc)
        if header != stated.header():
            raise malformed(T("{name} is not the next file in it, or is packed otherwise", name=name))
        if size > max_bytes:
            raise too_large(size, max_bytes)
        return stated

    def _keep(self, stated: Member, crc: int) -> None:
        if crc != stated.crc:
            raise malformed(T("{name} in it is damaged", name=stated.name))
        self._members.append(stated)

    def _exactly(self, size: int) -> bytes:
        data = self._source.read(size)
        while len(data) < size:
            if not (more := self._source.read(size - len(data))):
                raise malformed(T("it ends too early"))
            data += more
        return data


def malformed(why: Text) -> MalformedAdk:
    """The error for bytes that are no ADK file."""
    return MalformedAdk(
        T("The ADK file was refused: {why}.", why=why),
        remedy=T("Copy it again from where it was made; if that fails, export it again."),
    )
