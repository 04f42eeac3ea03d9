"""Codes as the contract writes them, whatever form a finance database keeps them in.

Every raw text is looked at once: a budget repeats its few thousand codes in hundreds of thousands of rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from contract.budget.codes import has_shape, normal_kode_skpd
from contract.budget.findings import Finding, Level

Raw = Any
"""What a driver returns for a code: text, bytes, None, or a number where the column is one."""

GENERIC_BIDANG = "X.XX"
_TAIL = re.compile(r"[\s.]+\Z")


class Codes(dict[Raw, str]):
    """The normal form of each raw code of one kind."""

    def __init__(self, normal: Callable[[str], str], fits: Callable[[str], bool]) -> None:
        super().__init__()
        self._normal = normal
        self._fits = fits
        self.changed: set[tuple[str, str]] = set()
        """Codes that were written otherwise, with what they became."""
        self.misfits: set[str] = set()
        """Codes that have not the shape of their kind."""

    def __missing__(self, raw: Raw) -> str:
        text = as_text(raw)
        # A TAB within a code must not look like the end of it; no code has one, so it will be refused.
        code = self._normal(text).replace("\t", "\\t")
        if code != text and code:
            self.changed.add((text, code))
        if not self._fits(code):
            self.misfits.add(code)
        self[raw] = code
        return code


class Normaliser:
    """The codes of one query, each kind with its own memory; `accounts` is how those of the query begin."""

    def __init__(self, accounts: tuple[str, ...] = ("",)) -> None:
        self.by_kind = {
            "kode_skpd": Codes(normal_kode_skpd, _of("kode_skpd")),
            # A unit that is not named is the SKPD itself.
            "kode_unit_skpd": Codes(normal_kode_skpd, _of("kode_unit_skpd", "")),
            "kode_bidang_urusan": Codes(plain, _of("kode_bidang_urusan")),
            "kode_program": Codes(plain, _of("kode_program")),
            "kode_kegiatan": Codes(plain, _of("kode_kegiatan")),
            "kode_sub_kegiatan": Codes(plain, _of("kode_sub_kegiatan")),
            "kode_rekening": Codes(
                plain, lambda code: code.startswith(accounts) and _of("kode_rekening")(code)
            ),
            "kode_sumber_dana": Codes(code_of_sumber_dana, _of("kode_sumber_dana", "")),
        }

    def misfit(self) -> tuple[str, str] | None:
        """The kind and text of a code that cannot travel, if one was met."""
        for kind, codes in self.by_kind.items():
            if codes.misfits:
                return kind, min(codes.misfits)
        return None

    def changed(self) -> set[tuple[str, str]]:
        """Codes that were written otherwise, with what they became."""
        return set().union(*(codes.changed for codes in self.by_kind.values()))


def rewritten(changed: set[tuple[str, str]]) -> Iterator[Finding]:
    """What is said of codes that were written otherwise."""
    if changed:
        written, code = min(changed)
        values = {"rows": str(len(changed)), "example": f"{written[:60]!r} → {code}"}
        yield Finding("code_was_normalised", Level.INFO, values)


def _of(kind: str, *also: str) -> Callable[[str], bool]:
    return lambda code: code in also or has_shape(kind, code)


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
