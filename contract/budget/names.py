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


# Control characters and lone surrogates; bidi marks, which make a name read as another one; and characters
# without width, which make two different names look the same.
_REFUSED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
    "\u00ad\u180e\u200b-\u200d\u2060-\u2065\ufeff\U000e0000-\U000e007f]"
)


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
            remedy=T("Remove control characters and repeated spaces, or shorten it to 512 characters."),
        )
    return nama


def cleaned(raw: str, kode: str = "") -> str:
    """A name in its clean form, or empty; a leading copy of its own code (SIPD writes one) is dropped."""
    # White space first: a tab or newline in a name is a space that was meant, not a control character.
    text = _REFUSED.sub("", " ".join(raw.split()))
    # NFC after the removals: two characters may compose once nothing stands between them.
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if kode and text.startswith(kode + " "):
        text = text[len(kode) + 1 :]
    return text[:MAX_NAME_CHARACTERS].rstrip()
