"""The income and the financing of a Pemda: which office books what, on which account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

from contract.budget.codes import Section
from sikd.reference import JenisPemda
from tests.sample_pemda.accounts import Akun, accounts
from tests.sample_pemda.organisation import Skpd, Unit
from tests.sample_pemda.shares import allocate, amounts

_KEUANGAN = "Badan Pengelolaan Keuangan"
_PENDAPATAN = "Badan Pendapatan"
_RUMAH_SAKIT = "Rumah Sakit"


class Pos(NamedTuple):
    """One row of income or financing in sen; `nomor` counts from 1 within its section."""

    nomor: int
    skpd: Skpd
    unit: Unit
    akun: Akun
    sen: int


class _Slot(NamedTuple):
    """An office (by the start of its name), a group of accounts, and its weight."""

    office: str
    prefix: str
    weight: int


_OWN = (
    _Slot("Dinas Kesehatan", "4.1.02.01.01", 10),
    _Slot("Dinas Perindustrian", "4.1.02.02", 5),
    _Slot("Dinas Perhubungan", "4.1.02.01.04", 4),
    _Slot("Dinas Lingkungan", "4.1.02.01.02", 3),
    _Slot("Dinas Pekerjaan Umum", "4.1.02.03", 3),
    _Slot(_KEUANGAN, "4.1.03.02", 8),
    _Slot(_KEUANGAN, "4.1.04.05", 3),
    _Slot(_KEUANGAN, "4.1.04.07", 6),
    _Slot(_RUMAH_SAKIT, "4.1.04.16", 75),
    _Slot("Dinas Kesehatan", "4.1.04.18", 20),
)
_TRANSFER = (
    _Slot(_KEUANGAN, "4.2.01.01.01", 60),
    _Slot(_KEUANGAN, "4.2.01.01.02", 430),
    _Slot(_KEUANGAN, "4.2.01.01.03", 60),
    _Slot(_KEUANGAN, "4.2.01.01.04", 150),
    _Slot(_KEUANGAN, "4.2.01.02", 10),
)
# Weights of the taxes 4.1.01.06 (hotel) to .16 (BPHTB), and of a province's 4.1.01.01 (PKB) to .05 (rokok).
_LOCAL_TAXES = (3, 9, 2, 2, 24, 1, 1, 1, 3, 24, 26)
_PROVINCIAL_TAXES = (300, 190, 190, 4, 110)
_LOCAL = (
    *(_Slot(_PENDAPATAN, f"4.1.01.{kind:02d}", weight) for kind, weight in enumerate(_LOCAL_TAXES, 6)),
    _Slot(_KEUANGAN, "4.2.02", 80),
)
_SLOTS = {
    JenisPemda.PROVINSI: (
        *_OWN, *_TRANSFER,
        *(_Slot(_PENDAPATAN, f"4.1.01.{kind:02d}", each) for kind, each in enumerate(_PROVINCIAL_TAXES, 1)),
    ),
    JenisPemda.KABUPATEN: (*_OWN, *_TRANSFER, *_LOCAL, _Slot(_KEUANGAN, "4.2.01.05", 120)),
    JenisPemda.KOTA: (*_OWN, *_TRANSFER, *_LOCAL),
}  # fmt: skip
_FINANCING = {
    Section.PENERIMAAN_PEMBIAYAAN: (
        _Slot(_KEUANGAN, "6.1.01.05", 90),
        _Slot(_KEUANGAN, "6.1.01.08", 8),
        _Slot(_KEUANGAN, "6.1.05", 2),
    ),
    Section.PENGELUARAN_PEMBIAYAAN: (_Slot(_KEUANGAN, "6.2.02.02", 70), _Slot(_KEUANGAN, "6.2.03.03", 30)),
}


class Books(NamedTuple):
    """What is needed to book income: the offices, the year, and the richness of detail wanted."""

    jenis: JenisPemda
    tahun: int
    offices: Sequence[Skpd]
    most_accounts: int
    on_units: bool


def pos(section: Section, total: int, books: Books, random: Random) -> list[Pos]:
    """The rows of a section other than belanja, in SKPD order; they add up to `total` sen exactly."""
    slots = _FINANCING.get(section) or _SLOTS[books.jenis]
    if total == 0:
        return []
    weights = [int(1000 * slot.weight * random.lognormvariate(0, 0.3)) for slot in slots]
    rows = [
        row
        for slot, sen in zip(slots, allocate(total, weights), strict=True)
        for row in _booked(slot, sen, books, random)
    ]
    rows.sort(key=lambda row: (row[0].kode, row[1].kode))
    return [Pos(nomor, *row) for nomor, row in enumerate(rows, start=1)]


def _booked(slot: _Slot, sen: int, books: Books, random: Random) -> Iterator[tuple[Skpd, Unit, Akun, int]]:
    skpd, unit = _place(slot.office, books)
    choices = accounts(slot.prefix, books.tahun)
    # The first account of a group is its ordinary one (DAU before the additional DAU): it gets the most.
    used = [choices[0], *random.sample(choices[1:], min(len(choices), books.most_accounts) - 1)]
    # Some accounts are booked in several rows, one a description.
    booked = [akun for akun in used for _ in range(random.choice((1, 1, 2)))]
    for akun, part in zip(booked, sorted(amounts(random, sen, len(booked)), reverse=True), strict=True):
        yield skpd, unit, akun, part


def _place(office: str, books: Books) -> tuple[Skpd, Unit]:
    for skpd in books.offices:
        for unit in skpd.units:
            if unit.nama.startswith(office):
                return skpd, unit if books.on_units else skpd.utama
    health = next(skpd for skpd in books.offices if skpd.nama.startswith("Dinas Kesehatan"))
    return health, health.utama
