"""The 546 local governments and the three code systems that name them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from sikd.reference.files import rows


class JenisPemda(StrEnum):
    """The three kinds of local government."""

    PROVINSI = "provinsi"
    KABUPATEN = "kabupaten"
    KOTA = "kota"


@dataclass(frozen=True, slots=True)
class Pemda:
    """One local government; kode_pemda is DJPK's, kode_bps and kode_satker are None where unknown."""

    kode_pemda: str
    kode_bps: str | None
    kode_satker: str | None
    nama: str

    @property
    def jenis(self) -> JenisPemda:
        """Whether it is a provinsi, a kabupaten or a kota."""
        return JenisPemda(self.nama.split()[0].lower())


@cache
def pemda() -> tuple[Pemda, ...]:
    """All 546 Pemda, in the order of their kode Pemda."""
    return tuple(
        Pemda(row["kode_pemda"], row["kode_bps"] or None, row["kode_satker"] or None, row["nama"])
        for row in rows("pemda")
    )


def pemda_by_kode(kode_pemda: str) -> Pemda | None:
    """The Pemda that DJPK calls `kode_pemda` (`11.10`), or None."""
    return _by_kode().get(kode_pemda)


def pemda_in_words(kode_pemda: str) -> str:
    """The name of a Pemda with its code, for example `Kabupaten Jepara (11.10)`, or the code alone."""
    known = pemda_by_kode(kode_pemda)
    return f"{known.nama} ({kode_pemda})" if known else kode_pemda


def find_pemda(text: str) -> tuple[Pemda, ...]:
    """The Pemda with this code, of any code system, or else those whose name holds every word of `text`."""
    wanted = text.strip()
    if by_code := tuple(each for each in pemda() if wanted in _codes(each)):
        return by_code
    words = wanted.casefold().split()
    return tuple(each for each in pemda() if words and all(word in each.nama.casefold() for word in words))


def _codes(one: Pemda) -> tuple[str | None, ...]:
    return one.kode_pemda, one.kode_bps, one.kode_satker


@cache
def _by_kode() -> dict[str, Pemda]:
    return {one.kode_pemda: one for one in pemda()}
