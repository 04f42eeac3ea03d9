"""Which sub kegiatan an SKPD may run, in the wording and codes of its kind of Pemda and year.

Only a province's chart is at hand, so a kabupaten's or kota's is made from it: level four becomes `2` and the
names come down one step (Provinsi becomes Kabupaten/Kota). A few of these codes may not exist as such.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

from sikd.reference import JenisPemda, SubKegiatan, sub_kegiatan_chart

FOUR_DIGITS_SINCE = 2024
"""Kepmendagri 900.1.15.5-1317/2023 gave the last level of a sub kegiatan four digits."""

_SUPPORT = "X.XX"
_ONE_STEP_DOWN = (
    ("Kabupaten Administrasi", "Kecamatan"),
    ("Kota Administrasi", "Kecamatan"),
    ("Kabupaten/Kota", "Kecamatan"),
    ("KABUPATEN/KOTA", "KECAMATAN"),
    ("Provinsi", "Kabupaten/Kota"),
    ("PROVINSI", "KABUPATEN/KOTA"),
    ("Sekolah Menengah Atas", "Sekolah Dasar"),
    ("Sekolah Menengah Kejuruan", "Sekolah Menengah Pertama"),
    ("Pendidikan Khusus", "Pendidikan Anak Usia Dini"),
)
# Supporting kegiatan that only one kind of office has; all others run the rest.
_ONLY_FOR = {"10": "1.02", "11": "4.01", "12": "4.01", "13": "4.01", "14": "4.01", "15": "4.02", "16": "4.02"}
_BUILDS = (
    "Pengadaan",
    "Pembangunan",
    "Rehabilitasi",
    "Penambahan",
    "Peningkatan Jalan",
    "Rekonstruksi",
    "Pelebaran",
)


class Programme(NamedTuple):
    """One sub kegiatan as a Pemda writes it, with the numbers that SIPD gives its levels."""

    sub: SubKegiatan
    id_program: int
    id_giat: int
    id_sub_giat: int

    @property
    def builds(self) -> bool:
        """Whether it is there to buy or build something: belanja modal."""
        return any(word in self.sub.nama_sub_kegiatan for word in _BUILDS)


@dataclass(frozen=True)
class Nomenclature:
    """The chart of sub kegiatan for one kind of Pemda in one year."""

    provinsi: bool
    tahun: int

    @cached_property
    def by_bidang(self) -> dict[str, list[Programme]]:
        """The sub kegiatan of every bidang urusan, and those of `X.XX`."""
        grouped: dict[str, list[Programme]] = defaultdict(list)
        for programme in self._numbered():
            grouped[programme.sub.kode_program[:4]].append(programme)
        return grouped

    def _numbered(self) -> Iterator[Programme]:
        ids: dict[str, int] = {}
        for number, sub in enumerate(sub_kegiatan_chart(self.tahun), start=10_000):
            program = ids.setdefault(sub.kode_program, 500 + len(ids))
            giat = ids.setdefault(sub.kode_kegiatan, 3000 + len(ids))
            yield Programme(self._written(sub), program, giat, number)

    def _written(self, sub: SubKegiatan) -> SubKegiatan:
        digits = "" if self.tahun < FOUR_DIGITS_SINCE else "00"
        level_four = "1" if self.provinsi else "2"

        def code(text: str) -> str:
            return f"{text[:8]}{level_four}{text[9:]}"

        stem, tail = sub.kode_sub_kegiatan.rsplit(".", 1)
        return SubKegiatan(
            sub.kode_program,
            self._named(sub.nama_program),
            code(sub.kode_kegiatan),
            self._named(sub.nama_kegiatan),
            f"{code(stem)}.{digits}{tail}",
            self._named(sub.nama_sub_kegiatan),
        )

    def _named(self, nama: str) -> str:
        for above, below in () if self.provinsi else _ONE_STEP_DOWN:
            nama = nama.replace(above, below)
        return nama

    def own(self, bidang: tuple[str, ...]) -> list[Programme]:
        """The sub kegiatan of the bidang urusan themselves."""
        return [programme for each in bidang for programme in self.by_bidang[each]]

    def supporting(self, bidang: str) -> tuple[Programme, ...]:
        """The supporting program of any SKPD, with `X.XX` replaced by the SKPD's own bidang."""
        return _supporting(self, bidang)

    def one(self, ending: str, bidang: str) -> Programme:
        """The sub kegiatan of `bidang` with this program, kegiatan and last level, like `01.02.01`."""
        program, giat, tail = ending.split(".")
        level_four = "1" if self.provinsi else "2"
        wanted = f"{bidang}.{program}.{level_four}.{giat}."
        for programme in [*self.supporting(bidang), *self.own((bidang,))]:
            kode = programme.sub.kode_sub_kegiatan
            if kode.startswith(wanted) and kode.endswith(tail):
                return programme
        raise LookupError(f"{wanted}{tail} is not in the chart")


@cache
def nomenclature(jenis: JenisPemda, tahun: int) -> Nomenclature:
    """The chart for this kind of Pemda, made once."""
    return Nomenclature(jenis is JenisPemda.PROVINSI, tahun)


@cache
def _supporting(chart: Nomenclature, bidang: str) -> tuple[Programme, ...]:
    return tuple(
        programme._replace(sub=_in_bidang(programme.sub, bidang))
        for programme in chart.by_bidang[_SUPPORT]
        if _ONLY_FOR.get(programme.sub.kode_kegiatan[10:12], bidang) == bidang
    )


def _in_bidang(sub: SubKegiatan, bidang: str) -> SubKegiatan:
    return sub._replace(
        kode_program=sub.kode_program.replace(_SUPPORT, bidang),
        kode_kegiatan=sub.kode_kegiatan.replace(_SUPPORT, bidang),
        kode_sub_kegiatan=sub.kode_sub_kegiatan.replace(_SUPPORT, bidang),
    )
