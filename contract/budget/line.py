"""One amount of the ratified budget: one unit, sub kegiatan, sub rincian objek and sumber dana."""

from __future__ import annotations

from typing import NamedTuple

from contract.budget.codes import Section, section_of
from contract.budget.rupiah import Rupiah

KEY_FIELDS = (
    "kode_skpd",
    "kode_unit_skpd",
    "kode_bidang_urusan",
    "kode_program",
    "kode_kegiatan",
    "kode_sub_kegiatan",
    "kode_rekening",
    "kode_sumber_dana",
)


class Line(NamedTuple):
    """A budget line; pendapatan and pembiayaan leave bidang urusan to sub kegiatan empty."""

    kode_skpd: str
    kode_unit_skpd: str
    kode_bidang_urusan: str
    kode_program: str
    kode_kegiatan: str
    kode_sub_kegiatan: str
    kode_rekening: str
    kode_sumber_dana: str
    nilai_anggaran: Rupiah

    @property
    def section(self) -> Section:
        """The part of the APBD that this line's account belongs to."""
        return section_of(self.kode_rekening)
