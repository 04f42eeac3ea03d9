"""Codes as the contract writes them, whatever form a finance database keeps them in.

Every raw text is looked at once: a budget repeats its few thousand codes in hundreds of thousands of rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from contract.budget.codes import has_shape, normal_kode_skpd
from contract.budget.findings import Finding, Level
from contract.budget.names import NameKind

Raw = Any
"""What a driver returns for a code: text, bytes, None, or a number where the column is one."""

GENERIC_BIDANG = "X.XX"
_TAIL = re.compile(r"[\s.]+\Z")


class Codes(dict[Raw, str]):
    """The normal form of each raw code of one kind; `changed` keeps those that were written otherwise."""

    def __init__(self, normal: Callable[[str], str]) -> None:
        super().__init__()
        self._normal = normal
        self.changed: set[tuple[str, str]] = set()

    def __missing__(self, raw: Raw) -> str:
        text = as_text(raw)
        # A TAB within a code must not look like the end of it; no code has one, so it will be refused.
        code = self._normal(text).replace("\t", "\\t")
        if code != text and code:
            self.changed.add((text, code))
        self[raw] = code
        return code


class Normaliser:
    """The codes of one reading, each kind with its own memory."""

    def __init__(self) -> None:
        self.skpd = Codes(normal_kode_skpd)
        self.unit = Codes(normal_kode_skpd)
        self.programme = Codes(plain)
        self.rekening = Codes(plain)
        self.sumber_dana = Codes(code_of_sumber_dana)

    def of_kind(self, kind: NameKind) -> Codes:
        """The codes that a name of this kind belongs to."""
        special = {
            NameKind.SKPD: self.skpd,
            NameKind.UNIT_SKPD: self.unit,
            NameKind.REKENING: self.rekening,
            NameKind.SUMBER_DANA: self.sumber_dana,
        }
        return special.get(kind, self.programme)

    def findings(self) -> Iterator[Finding]:
        """What had to be written otherwise."""
        kinds = (self.skpd, self.unit, self.programme, self.rekening, self.sumber_dana)
        changed = sorted(set().union(*(codes.changed for codes in kinds)))
        if changed:
            written, code = changed[0]
            values = {"rows": str(len(changed)), "example": f"{written[:60]!r} → {code}"}
            yield Finding("code_was_normalised", Level.INFO, values)


def as_text(raw: Raw) -> str:
    """The text of a raw value: NULL is empty, and bytes that are no UTF-8 are of old Windows programs."""
    if raw is None:
        return ""
    if not isinstance(raw, bytes):
        return str(raw)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def plain(code: str) -> str:
    """A code without surrounding space and without trailing dots."""
    return _TAIL.sub("", code).lstrip()


def code_of_sumber_dana(text: str) -> str:
    """The code of a sumber dana, or '' where the text is none, such as `DAK/PAD`."""
    code = plain(text)
    return code if has_shape("kode_sumber_dana", code) else ""


def within_bidang(code: str, bidang: str) -> str:
    """A code of a supporting programme (X.XX) under the bidang urusan that its row names; others stay."""
    if code.startswith(GENERIC_BIDANG) and bidang and not bidang.startswith(GENERIC_BIDANG):
        return bidang + code[len(GENERIC_BIDANG) :]
    return code
