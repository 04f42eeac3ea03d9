"""Which SKPD and units a sample Pemda has, with codes of 22 characters.

Names are those of offices that every Pemda has; kecamatan and units are numbered: nobody real is meant.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from random import Random

from sikd.reference import JenisPemda, Pemda

_DKI = "09.00"
_KECAMATAN = {JenisPemda.KABUPATEN: (8, 24), JenisPemda.KOTA: (3, 12)}
_KECAMATAN_DKI = 44


class Pot(StrEnum):
    """A kind of belanja that is shared out among the SKPD by itself."""

    PEGAWAI = "pegawai"
    BARANG_JASA = "barang_jasa"
    MODAL = "modal"
    HIBAH = "hibah"
    BANTUAN_SOSIAL = "bantuan_sosial"
    BUNGA = "bunga"
    TIDAK_TERDUGA = "tidak_terduga"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class Unit:
    """An SKPD itself (`...0000`) or one of its units; `nomor` counts through the whole Pemda."""

    nomor: int
    kode: str
    nama: str


@dataclass(frozen=True, slots=True)
class Skpd:
    """One SKPD: its bidang urusan, how much of each pot it weighs, and its units, itself first."""

    kode: str
    nama: str
    bidang: tuple[str, ...]
    weights: dict[Pot, int]
    units: tuple[Unit, ...]

    @property
    def utama(self) -> Unit:
        """The unit that is the SKPD itself."""
        return self.units[0]


@dataclass(frozen=True, slots=True)
class _Office:
    nama: str
    bidang: tuple[str, ...]
    weights: dict[Pot, int]
    units: tuple[str, ...]


def organisation(pemda: Pemda, random: Random, most_units: int) -> tuple[Skpd, ...]:
    """The SKPD of a Pemda in code order, with about `most_units` units besides the SKPD themselves."""
    offices = [*_offices(pemda, random), *_kecamatan(pemda, random)]
    within_bidang: Counter[str] = Counter()
    coded = []
    for office in offices:
        within_bidang[office.bidang[0]] += 1
        coded.append((_kode_skpd(office.bidang, within_bidang[office.bidang[0]]), office))
    coded.sort(key=lambda each: each[0])
    return tuple(_numbered(coded, most_units // len(coded) + 1))


def _offices(pemda: Pemda, random: Random) -> Iterator[_Office]:
    name = "skpd_provinsi.csv" if pemda.jenis is JenisPemda.PROVINSI else "skpd_kabupaten_kota.csv"
    text = (files("tests.sample_pemda") / "data" / name).read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        # No two Pemda weigh their offices alike, and power laws come from multiplying.
        scale = random.lognormvariate(0, 0.35)
        weights = {pot: int(1000 * scale * int(row[pot])) for pot in Pot if pot in row}
        if row["nama"].startswith("Badan Pengelolaan Keuangan"):
            weights |= {Pot.BUNGA: 1, Pot.TIDAK_TERDUGA: 1, Pot.TRANSFER: 1}
        yield _Office(row["nama"], tuple(row["bidang"].split()), weights, tuple(_units(row["unit"], random)))


def _units(text: str, random: Random) -> Iterator[str]:
    for kind in filter(None, text.split(";")):
        nama, least, most = kind.split(":")
        count = random.randint(int(least), int(most))
        yield from [nama] if most == "1" else [f"{nama} {number:02d}" for number in range(1, count + 1)]


def _kecamatan(pemda: Pemda, random: Random) -> Iterator[_Office]:
    if pemda.kode_pemda == _DKI:
        count = _KECAMATAN_DKI
    elif pemda.jenis is JenisPemda.PROVINSI:
        return
    else:
        count = random.randint(*_KECAMATAN[pemda.jenis])
    kelurahan = 2 if pemda.jenis is JenisPemda.KABUPATEN else 5
    for number in range(1, count + 1):
        scale = random.lognormvariate(0, 0.3)
        weights = {Pot.PEGAWAI: 4500, Pot.BARANG_JASA: 3500, Pot.MODAL: 900}
        units = tuple(
            f"Kelurahan {number:02d}.{each:02d}" for each in range(1, random.randint(0, kelurahan) + 1)
        )
        yield _Office(
            f"Kecamatan {number:02d}", ("7.01",), {pot: int(scale * n) for pot, n in weights.items()}, units
        )


def _kode_skpd(bidang: tuple[str, ...], number: int) -> str:
    three = (*bidang, "0.00", "0.00")[:3]
    return f"{'.'.join(three)}.{number:02d}.0000"


def _numbered(coded: list[tuple[str, _Office]], most_each: int) -> Iterator[Skpd]:
    nomor = 0
    for kode, office in coded:
        names = [office.nama, *office.units[: most_each * 4]]
        units = [Unit(nomor + at, f"{kode[:-4]}{at:04d}", nama) for at, nama in enumerate(names)]
        nomor += len(units)
        yield Skpd(kode, office.nama, office.bidang, office.weights, tuple(units))
