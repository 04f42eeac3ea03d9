"""The code systems of an APBD, by their shape alone.

Charts change from year to year, so nothing here knows which codes exist; only what a code must look like.
Shapes are those of Permendagri 90/2019 and its successors as SIPD writes them.
"""

from __future__ import annotations

import re
from enum import StrEnum

from contract.errors import MalformedCode
from contract.text import T

_SHAPES = {
    "kode_pemda": r"[0-9]{2}\.[0-9]{2}",
    "kode_satker": r"[0-9]{6}",
    "kode_bps": r"[0-9]{4}",
    "kode_skpd": r"[0-9]\.[0-9]{2}\.[0-9]\.[0-9]{2}\.[0-9]\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}",
    "kode_bidang_urusan": r"(?:[0-9]\.[0-9]{2}|X\.XX)",
    "kode_program": r"(?:[0-9]\.[0-9]{2}|X\.XX)\.[0-9]{2}",
    "kode_kegiatan": r"(?:[0-9]\.[0-9]{2}|X\.XX)\.[0-9]{2}\.[12]\.[0-9]{2}",
    "kode_sub_kegiatan": r"(?:[0-9]\.[0-9]{2}|X\.XX)\.[0-9]{2}\.[12]\.[0-9]{2}\.(?:[0-9]{4}|[0-9]{2})",
    "kode_rekening": r"(?:[45]\.[1-9]|6\.[12])\.[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}",
    "kode_sumber_dana": r"[0-9](?:\.[0-9]{1,4}){0,7}",
}
_SHAPES["kode_unit_skpd"] = _SHAPES["kode_skpd"]
_COMPILED = {kind: re.compile(shape) for kind, shape in _SHAPES.items()}


class Section(StrEnum):
    """The four parts of an APBD; each account belongs to one by its first digits."""

    PENDAPATAN = "pendapatan"
    BELANJA = "belanja"
    PENERIMAAN_PEMBIAYAAN = "penerimaan_pembiayaan"
    PENGELUARAN_PEMBIAYAAN = "pengeluaran_pembiayaan"


_SECTION_BY_PREFIX = {
    "4.": Section.PENDAPATAN,
    "5.": Section.BELANJA,
    "6.1": Section.PENERIMAAN_PEMBIAYAAN,
    "6.2": Section.PENGELUARAN_PEMBIAYAAN,
}


def shape(kind: str) -> str:
    """The regular expression (ASCII, unanchored) of one kind of code, for example `kode_skpd`."""
    return _SHAPES[kind]


def has_shape(kind: str, code: str) -> bool:
    """Whether `code` looks like a code of this kind."""
    return _COMPILED[kind].fullmatch(code) is not None


def require_shape(kind: str, code: str) -> str:
    """Return `code` unchanged; raise MalformedCode where it has not the shape of its kind."""
    if not has_shape(kind, code):
        raise MalformedCode(
            T("{code} is not a valid {kind}.", code=repr(code[:60]), kind=kind),
            remedy=T("Correct the code in the finance database, or the query that reads it."),
        )
    return code


def section_of(kode_rekening: str) -> Section:
    """The section of a kode rekening of six levels; raises MalformedCode for any other text."""
    require_shape("kode_rekening", kode_rekening)
    return _SECTION_BY_PREFIX.get(kode_rekening[:2]) or _SECTION_BY_PREFIX[kode_rekening[:3]]


_DASHED_SKPD = re.compile(r"([0-9]-[0-9]{2})\.([0-9]-[0-9]{2})\.([0-9]-[0-9]{2})\.([0-9]{2})(\.[0-9]{4})?")


def normal_kode_skpd(code: str) -> str:
    """Bring the written forms of a kode SKPD to SIPD's 22 characters; an unknown form is returned as it is.

    SIMDA and SIMCAN write `1-01.2-22.0-00.01`, some exports stop after a two-digit sub unit.
    """
    code = code.strip().rstrip(". ")
    if dashed := _DASHED_SKPD.fullmatch(code):
        code = code.replace("-", ".") + ("" if dashed[5] else ".0000")
    if len(code) == 20 and code.endswith(".00"):
        code += "00"
    return code
