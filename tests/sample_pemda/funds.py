"""Which sumber dana pays, and how badly a database may write that down."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import NamedTuple

from sikd.reference import sumber_dana_names
from tests.sample_pemda.organisation import Pot

_DAU = "1.2.1.01.02"
_DBH = "1.2.1.01.01"
_PAD = ("1.1.1.14", "1.1.1.15", "1.1.4.04", "1.1.1.06")
_BLUD = "1.1.4.15"
_DAK_WORD = {
    "1.01": "Pendidikan", "1.02": "Kesehatan", "1.03": "Bidang Jalan", "1.04": "Perumahan",
    "2.11": "Lingkungan", "2.12": "Yanminduk", "2.14": "BOKB", "2.23": "Perpustakaan",
    "3.25": "Perikanan", "3.26": "Pariwisata", "3.27": "Pertanian", "3.30": "Pasar",
}  # fmt: skip
_DANA_DESA = "2.2.1.05.01.01"
_FREE_TEXT = ("PAD", "Pad", "pad ", "DAU", "DAK/PAD", "Silpa")
_BLANK = (None, "", "   ")


class Dana(NamedTuple):
    """A sumber dana: its code ('' where there is none), its name, and what is written for the code."""

    kode: str
    nama: str
    tertulis: str | None


@cache
def dana(kode: str, tahun: int) -> Dana:
    """A sumber dana of the chart, written properly."""
    return Dana(kode, sumber_dana_names(tahun)[kode], kode)


@cache
def id_dana(kode: str, tahun: int) -> int:
    """The number that SIPD gives a sumber dana: its place in the chart."""
    return 1 + list(sumber_dana_names(tahun)).index(kode)


@cache
def palette(bidang: str, pot: Pot, tahun: int) -> tuple[Dana, ...]:
    """What pays for a pot of a bidang, the most usual first."""
    if pot is Pot.TRANSFER:
        return (dana(_DANA_DESA, tahun), dana(_DAU, tahun))
    if pot not in {Pot.BARANG_JASA, Pot.MODAL}:
        return (dana(_DAU, tahun), dana(_PAD[0], tahun))
    word = _DAK_WORD.get(bidang)
    special = [
        kode for kode, nama in sumber_dana_names(tahun).items() if word and "DAK" in nama and word in nama
    ]
    codes = [_DAU, *_PAD, _DBH, *special]
    if bidang == "1.02":
        codes.insert(1, _BLUD)
    return tuple(dana(kode, tahun) for kode in codes)


def draw(random: Random, choices: Sequence[Dana], blank: bool, free_text: bool) -> Dana:
    """One sumber dana; some are blank or free text where those kinds of dirt are switched on."""
    # Both draws are always made, so that switching dirt on does not change anything else.
    chosen, mark, text = choices[int(len(choices) * random.random() ** 3)], random.random(), random.random()
    if blank and mark < 0.02:
        return Dana("", "", _BLANK[int(len(_BLANK) * text)])
    if free_text and mark > 0.97:
        written = _FREE_TEXT[int(len(_FREE_TEXT) * text)]
        return Dana("", written.strip(), written)
    return chosen
