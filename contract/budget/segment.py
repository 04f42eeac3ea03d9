"""The canonical bytes of budget lines and names: plain TSV, to be checked with sort, awk and sha256sum.

Fields are joined by one TAB, lines end in one LF, lines with one key are summed, then all are sorted bytewise
by the whole line. Codes hold no TAB, so nothing is ever escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from contract.budget.codes import Section, has_shape, shape
from contract.budget.line import KEY_FIELDS, Line
from contract.budget.names import Name, NameKind, is_clean
from contract.budget.rupiah import Rupiah, wire_amount
from contract.budget.totals import Totals
from contract.errors import MalformedSegment
from contract.text import T, Text

MAX_SEGMENT_BYTES = 64 * 1024 * 1024
"""The largest SKPD known is near 13 MB of plain TSV."""

_AMOUNT = rb"(0|[1-9][0-9]{0,15})\.([0-9]{2})"


def _pattern(programme: bool) -> re.Pattern[bytes]:
    """One regular expression for a whole line: belanja carries a programme, the other sections do not."""
    parts = [shape("kode_skpd"), shape("kode_unit_skpd")]
    for kind in ("kode_bidang_urusan", "kode_program", "kode_kegiatan", "kode_sub_kegiatan"):
        parts.append(shape(kind) if programme else "")
    parts.append(f"(?={5 if programme else '[46]'}){shape('kode_rekening')}")
    parts.append(f"(?:{shape('kode_sumber_dana')})?")
    return re.compile(b"\t".join(f"({part})".encode() for part in parts) + b"\t" + _AMOUNT)


_BELANJA, _OTHER = _pattern(programme=True), _pattern(programme=False)


@dataclass(frozen=True, slots=True)
class Encoded:
    """A segment's plain bytes with what its manifest entry states about them."""

    plain: bytes
    lines: int
    totals: Totals


def encode_lines(lines: Iterable[Line]) -> Encoded:
    """The canonical bytes of one SKPD's lines; equal keys are summed first."""
    sums: dict[str, int] = {}
    for line in lines:
        key = "\t".join(line[:8])
        sums[key] = sums.get(key, 0) + line.nilai_anggaran.sen
    return encode_sums(sums)


def encode_sums(sums: dict[str, int]) -> Encoded:
    """The canonical bytes of sums in sen by TAB-joined key (the eight key fields, in order).

    The sums are emptied while they are written, so that the largest SKPD is in memory once and not twice.
    """
    by_section: dict[Section, int] = {}
    plain, count = bytearray(), len(sums)
    # A TAB sorts before whatever a code may hold, so lines stand in the order of their keys.
    last_first = sorted(sums, reverse=True)
    while last_first:
        key = last_first.pop()
        sen = sums.pop(key)
        section = _section_of_key(key)
        by_section[section] = by_section.get(section, 0) + sen
        # What no code may hold is written visibly, so that `judge_lines` refuses the line by name.
        plain += f"{key}\t{wire_amount(sen)}\n".encode("ascii", "backslashreplace")
    sums.clear()  # its table too
    return Encoded(bytes(plain), count, Totals.of_sen(by_section))


_PREFIXES = {"4": Section.PENDAPATAN, "5": Section.BELANJA}


def _section_of_key(key: str) -> Section:
    account = key.rsplit("\t", 2)[1]
    if account.startswith("6.1"):
        return Section.PENERIMAAN_PEMBIAYAAN
    return _PREFIXES.get(account[:1], Section.PENGELUARAN_PEMBIAYAAN)


def encode_names(names: Iterable[Name]) -> Encoded:
    """The canonical bytes of the names segment; a repeated name is written once."""
    rows = sorted({f"{name.kind}\t{name.kode}\t{name.nama}\n".encode() for name in names})
    return Encoded(b"".join(rows), len(rows), Totals())


def judge_lines(plain: bytes, kode_skpd: str) -> Encoded:
    """The sums of bytes that are the canonical lines of this SKPD; raise MalformedSegment for any others."""
    sums: dict[Section, int] = {}
    owner = kode_skpd.encode() + b"\t"
    count, previous, previous_key = 0, b"", b""
    for count, row in enumerate(_rows(plain), start=1):
        match = _BELANJA.fullmatch(row) or _OTHER.fullmatch(row)
        if match is None or not row.startswith(owner):
            raise _malformed(count, _why(row, kode_skpd))
        key = row[: row.rindex(b"\t")]
        if row <= previous or key == previous_key:
            raise _malformed(count, T("it is not sorted, or repeats the key of the line before"))
        section = _section_of_key(key.decode("ascii"))
        sums[section] = sums.get(section, 0) + int(match[9] + match[10])
        previous, previous_key = row, key
    return Encoded(plain, count, Totals.of_sen(sums))


def judge_names(plain: bytes) -> Encoded:
    """The count of bytes that are a canonical names segment; raise MalformedSegment for any others."""
    count, previous = 0, b""
    for count, row in enumerate(_rows(plain), start=1):
        if row <= previous:
            raise _malformed(count, T("it is not sorted, or repeats the line before"))
        _name(row, count)
        previous = row
    return Encoded(plain, count, Totals())


def read_lines(plain: bytes) -> Iterator[Line]:
    """The lines of a segment that has been judged."""
    for row in _rows(plain):
        *key, amount = row.decode("ascii").split("\t")
        yield Line._make([*key, Rupiah.from_wire(amount)])


def read_names(plain: bytes) -> Iterator[Name]:
    """The names of a segment that has been judged."""
    for number, row in enumerate(_rows(plain), start=1):
        yield _name(row, number)


def _rows(plain: bytes) -> Iterator[bytes]:
    """The lines without their line ends, one at a time; raises MalformedSegment where the last has none."""
    if plain and not plain.endswith(b"\n"):
        raise MalformedSegment(
            T("The segment does not end in a line end."), remedy=T("Send the segment again from the start.")
        )
    start = 0
    while (end := plain.find(b"\n", start)) >= 0:
        yield plain[start:end]
        start = end + 1


def _name(row: bytes, number: int) -> Name:
    try:
        kind, kode, nama = row.decode("utf-8").split("\t")
        known = NameKind(kind)
    except ValueError as error:
        raise _malformed(number, T("it is not kind, kode and nama in UTF-8")) from error
    if not has_shape(f"kode_{known}", kode) or not is_clean(nama):
        raise _malformed(number, T("its kode or its nama is not in clean form"))
    return Name(known, kode, nama)


def _why(row: bytes, kode_skpd: str) -> Text:
    """Say in words what is wrong with a line that did not match (slow, and only on the way out)."""
    fields = row.decode("ascii", "backslashreplace").split("\t")
    if len(fields) != 9:
        return T("it has {count} fields, not 9", count=len(fields))
    if fields[0] != kode_skpd:
        return T("it belongs to {other}, not to {kode_skpd}", other=repr(fields[0][:40]), kode_skpd=kode_skpd)
    for kind, code in zip(KEY_FIELDS, fields[:8], strict=True):
        may_be_empty = kind not in {"kode_unit_skpd", "kode_rekening"}
        if not (code or may_be_empty) or (code and not has_shape(kind, code)):
            return T("{code} is not a valid {kind}", code=repr(code[:40]), kind=kind)
    if fields[8].startswith("-"):
        return T("its amount {amount} is negative", amount=fields[8][:40])
    if not re.fullmatch(_AMOUNT, row.rpartition(b"\t")[2]):
        return T("its amount {amount} is not written with two decimals", amount=repr(fields[8][:40]))
    return T("a belanja line needs its whole programme, and only a belanja line has one")


def _malformed(number: int, why: Text) -> MalformedSegment:
    return MalformedSegment(
        T("Line {number} of the segment is refused: {why}.", number=number, why=why),
        remedy=T("Correct the line at its source and take the snapshot again."),
    )
