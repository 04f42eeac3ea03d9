"""The names that belong to codes; they travel once, not on every line."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import NamedTuple

from contract.errors import MalformedSegment
from contract.text import T

MAX_NAME_CHARACTERS = 512


class NameKind(StrEnum):
    """What kind of code a name belongs to."""

    SKPD = "skpd"
    UNIT_SKPD = "unit_skpd"
    BIDANG_URUSAN = "bidang_urusan"
    PROGRAM = "program"
    KEGIATAN = "kegiatan"
    SUB_KEGIATAN = "sub_kegiatan"
    REKENING = "rekening"
    SUMBER_DANA = "sumber_dana"


class Name(NamedTuple):
    """The name of one code of one kind."""

    kind: NameKind
    kode: str
    nama: str


# Control characters, lone surrogates, and the bidi marks that make a name read as another one.
_REFUSED = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def is_clean(nama: str) -> bool:
    """Whether a name is NFC, single-spaced, free of control and bidi characters, and not over-long."""
    return (
        0 < len(nama) <= MAX_NAME_CHARACTERS
        and not _REFUSED.search(nama)
        and nama == " ".join(nama.split())
        and unicodedata.is_normalized("NFC", nama)
    )


def require_clean(nama: str) -> str:
    """Return the name unchanged; raise MalformedSegment where it is not clean."""
    if not is_clean(nama):
        raise MalformedSegment(
            T("The name {name} is not in its clean form.", name=ascii(nama[:80])),
            remedy=T("Names are NFC, single-spaced, without control characters, at most 512 characters long."),
        )
    return nama


def cleaned(raw: str, kode: str = "") -> str:
    """Bring a source's name to its clean form; a leading copy of its own code is dropped (SIPD writes one)."""
    # White space first: a tab or newline in a name is a space that was meant, not a control character.
    text = " ".join(unicodedata.normalize("NFC", raw).split())
    if kode and text.startswith(kode + " "):
        text = text[len(kode) + 1 :]
    text = " ".join(_REFUSED.sub("", text).split())
    return text[:MAX_NAME_CHARACTERS].rstrip()
