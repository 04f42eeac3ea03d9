"""One believable APBD of one Pemda: the only truth, from which every sample database is written.

The same arguments give the same budget. Its sections equal the Pemda's real posture of 2023, to the rupiah.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from random import Random

from contract.budget.codes import Section
from contract.budget.line import Line
from contract.budget.names import NameKind
from contract.budget.rupiah import Rupiah
from contract.budget.totals import Totals
from sikd import reference
from sikd.reference import JenisPemda, Pemda
from tests.sample_pemda import belanja, pendapatan
from tests.sample_pemda.belanja import Activity, Rincian, Setting, Share, activity_names
from tests.sample_pemda.dirt import Dirt
from tests.sample_pemda.organisation import Pot, Skpd, organisation
from tests.sample_pemda.pendapatan import Books, Pos
from tests.sample_pemda.programmes import nomenclature
from tests.sample_pemda.shares import allocate

JEPARA = "11.10"
LEAST_RINCIAN = 500

# Of a thousand rupiah of belanja, as the jenis of a typical Pemda share them.
_BELANJA = {
    JenisPemda.KABUPATEN: {"pegawai": 375, "barang_jasa": 265, "modal": 155, "hibah": 35, "bantuan_sosial": 6,
                           "bunga": 1, "tidak_terduga": 8, "transfer": 155},
    JenisPemda.KOTA: {"pegawai": 425, "barang_jasa": 345, "modal": 170, "hibah": 40, "bantuan_sosial": 8,
                      "bunga": 1, "tidak_terduga": 11, "transfer": 0},
    JenisPemda.PROVINSI: {"pegawai": 280, "barang_jasa": 290, "modal": 130, "hibah": 90, "bantuan_sosial": 5,
                          "bunga": 3, "tidak_terduga": 12, "transfer": 190},
}  # fmt: skip
_DKI = "09.00"


@dataclass(frozen=True)
class Budget:
    """An APBD of `jumlah_rincian` items of belanja for one Pemda and year, drawn from `seed`."""

    kode_pemda: str = JEPARA
    tahun: int = 2026
    jumlah_rincian: int = 5000
    seed: int = 1
    dirt: Dirt = field(default_factory=Dirt.typical)

    def __post_init__(self) -> None:
        if self.jumlah_rincian < LEAST_RINCIAN:
            raise ValueError(f"a budget has at least {LEAST_RINCIAN} rincian, not {self.jumlah_rincian}")
        if reference.pemda_by_kode(self.kode_pemda) is None:
            raise ValueError(f"no Pemda has the code {self.kode_pemda}")

    @cached_property
    def pemda(self) -> Pemda:
        """The Pemda whose budget this is."""
        return next(one for one in reference.pemda() if one.kode_pemda == self.kode_pemda)

    @cached_property
    def totals(self) -> Totals:
        """What each section adds up to: the Pemda's real posture of 2023."""
        totals = reference.posture(self.kode_pemda)
        if totals is None:
            raise LookupError(f"no posture of {self.kode_pemda}")
        return totals

    @cached_property
    def skpd(self) -> tuple[Skpd, ...]:
        """The SKPD in code order."""
        return organisation(self.pemda, self._random("organisation"), self.jumlah_rincian // 40)

    @cached_property
    def pendapatan(self) -> tuple[Pos, ...]:
        """The rows of pendapatan, in SKPD order."""
        return self._pos(Section.PENDAPATAN)

    @cached_property
    def penerimaan_pembiayaan(self) -> tuple[Pos, ...]:
        """The rows of penerimaan pembiayaan."""
        return self._pos(Section.PENERIMAAN_PEMBIAYAAN)

    @cached_property
    def pengeluaran_pembiayaan(self) -> tuple[Pos, ...]:
        """The rows of pengeluaran pembiayaan."""
        return self._pos(Section.PENGELUARAN_PEMBIAYAAN)

    def activities(self, skpd: Skpd) -> Iterator[tuple[Activity, Iterator[Rincian]]]:
        """The activities of one SKPD in code order, each with its rincian."""
        at = self.skpd.index(skpd)
        random = self._random(skpd.kode)
        first = self._first[at]
        plan = list(belanja.activities(skpd, self._shares[at], self._setting, random))
        for activity, shares in plan:
            own = self._random(f"{skpd.kode}/{activity.nomor}")
            yield activity, belanja.rincian(activity, shares, first, self._setting, own)
            first += sum(share.items for share in shares)

    def rincian(self) -> Iterator[Rincian]:
        """Every item of belanja, SKPD by SKPD."""
        for skpd in self.skpd:
            for _, items in self.activities(skpd):
                yield from items

    def lines(self) -> Iterator[Line]:
        """The lines that a perfect connector reads: keys once, SKPD in code order, otherwise unsorted."""
        for skpd in self.skpd:
            yield from self.lines_of(skpd)

    def lines_of(self, skpd: Skpd) -> Iterator[Line]:
        """The lines of one SKPD."""
        other = (*self.pendapatan, *self.penerimaan_pembiayaan, *self.pengeluaran_pembiayaan)
        summed: dict[tuple[str, str], int] = defaultdict(int)
        for row in other:
            if row.skpd is skpd:
                summed[row.unit.kode, row.akun.kode] += row.sen
        for (unit, akun), sen in summed.items():
            yield Line(skpd.kode, unit, "", "", "", "", akun, "", Rupiah(sen))
        for activity, items in self.activities(skpd):
            yield from _lines(activity, items)

    def names(self) -> dict[tuple[NameKind, str], str]:
        """The clean name of every code that the lines use; dirt may add a second name to some."""
        found: dict[tuple[NameKind, str], str] = {}
        for pos in (*self.pendapatan, *self.penerimaan_pembiayaan, *self.pengeluaran_pembiayaan):
            found[NameKind.SKPD, pos.skpd.kode] = pos.skpd.nama
            found[NameKind.UNIT_SKPD, pos.unit.kode] = pos.unit.nama
            found[NameKind.REKENING, pos.akun.kode] = pos.akun.nama
        for skpd in self.skpd:
            for activity, items in self.activities(skpd):
                found |= activity_names(activity, self.tahun)
                for item in items:
                    found[NameKind.REKENING, item.akun.kode] = item.akun.nama
                    if item.dana.kode:
                        found[NameKind.SUMBER_DANA, item.dana.kode] = item.dana.nama
        return found

    def _random(self, purpose: str) -> Random:
        # Each part has its own stream, so an SKPD can be drawn again without drawing those before it.
        return Random(f"{self.seed}/{self.kode_pemda}/{self.tahun}/{purpose}")  # noqa: S311 - samples, not secrets

    def _pos(self, section: Section) -> tuple[Pos, ...]:
        books = Books(
            self.pemda.jenis, self.tahun, self.skpd, 2 + self.jumlah_rincian // 5000, self.dirt.unit_income
        )
        return tuple(pendapatan.pos(section, self.totals.of(section).sen, books, self._random(section)))

    @cached_property
    def _setting(self) -> Setting:
        return Setting(self.pemda.jenis, self.tahun, nomenclature(self.pemda.jenis, self.tahun), self.dirt)

    @cached_property
    def _shares(self) -> list[list[Share]]:
        random = self._random("belanja")
        weights = {pot: self._weight(pot, random) for pot in Pot}
        money = dict(zip(weights, allocate(self.totals.belanja.sen, list(weights.values())), strict=True))
        money = {pot: sen for pot, sen in money.items() if sen}
        return belanja.shared_out(money, self._counts(set(money)), self.skpd)

    @cached_property
    def _first(self) -> list[int]:
        """The number of each SKPD's first rincian."""
        counts = (sum(share.items for share in shares) for shares in self._shares)
        return list(accumulate(counts, initial=1))

    def _weight(self, pot: Pot, random: Random) -> int:
        weight = int(_BELANJA[self.pemda.jenis][pot] * 1000 * random.uniform(0.85, 1.15))
        # Few Pemda pay interest, and DKI has no Pemda below it to transfer to.
        absent = (pot is Pot.BUNGA and random.random() < 0.73) or (
            pot is Pot.TRANSFER and self.kode_pemda == _DKI
        )
        return 0 if absent else weight

    def _counts(self, pots: set[Pot]) -> dict[Pot, int]:
        wanted = {Pot.PEGAWAI: 6, Pot.MODAL: 9, Pot.HIBAH: 2, Pot.BANTUAN_SOSIAL: 1, Pot.TRANSFER: 2}
        counts = {pot: self._at_least_one_each(pot, wanted.get(pot, 0)) for pot in pots}
        counts[Pot.BARANG_JASA] = self.jumlah_rincian - sum(
            count for pot, count in counts.items() if pot is not Pot.BARANG_JASA
        )
        return counts

    def _at_least_one_each(self, pot: Pot, percent: int) -> int:
        offices = sum(1 for skpd in self.skpd if skpd.weights.get(pot))
        return max(offices, self.jumlah_rincian * percent // 100)


def _lines(activity: Activity, items: Iterator[Rincian]) -> Iterator[Line]:
    summed: dict[tuple[str, str], int] = defaultdict(int)
    for item in items:
        summed[item.akun.kode, item.dana.kode] += item.sen
    sub = activity.programme.sub
    for (akun, dana), sen in summed.items():
        yield Line(
            activity.skpd.kode, activity.unit.kode, sub.kode_program[:4],
            sub.kode_program, sub.kode_kegiatan, sub.kode_sub_kegiatan, akun, dana, Rupiah(sen),
        )  # fmt: skip
