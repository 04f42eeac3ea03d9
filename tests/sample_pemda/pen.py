"""How a code or a name gets written when many hands fill a database over many years."""

from __future__ import annotations

from dataclasses import dataclass

from tests.sample_pemda.dirt import Dirt


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes codes and names as the dirt has it; `nomor` decides which rows are written badly."""

    dirt: Dirt

    def code(self, kode: str, nomor: int) -> str:
        """A code, in some rows with a space or a dot too many."""
        if self.dirt.ragged_codes and nomor % 31 == 7:
            return kode + (" ", ".", "  ")[nomor % 3]
        return kode

    def name(self, kode: str, nama: str, nomor: int) -> str:
        """A name, perhaps with its code in front, spaces too many, or another name for the same code."""
        if self.dirt.two_names and nomor % 17 == 3:
            nama = nama.title() if nama.isupper() else nama.upper()
        if self.dirt.ragged_names and nomor % 13 == 5:
            nama = nama.replace(" ", "  ", 1) + " "
        return f"{kode} {nama}" if self.dirt.code_prefixed_names else nama
