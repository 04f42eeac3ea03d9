"""The control totals of an APBD, and the posture that follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from contract.budget.codes import Section
from contract.budget.rupiah import ZERO, Rupiah


@dataclass(frozen=True, slots=True)
class Totals:
    """The sum of each section of an APBD, in whole sen."""

    pendapatan: Rupiah = ZERO
    belanja: Rupiah = ZERO
    penerimaan_pembiayaan: Rupiah = ZERO
    pengeluaran_pembiayaan: Rupiah = ZERO

    @classmethod
    def of_sen(cls, sen: dict[Section, int]) -> Totals:
        """Totals from whole sen a section; a section that is absent counts as zero."""
        return cls(*(Rupiah(sen.get(section, 0)) for section in Section))

    def of(self, section: Section) -> Rupiah:
        """The sum of one section."""
        amount: Rupiah = getattr(self, section.value)
        return amount

    def __add__(self, other: Totals) -> Totals:
        return Totals(*(self.of(section) + other.of(section) for section in Section))

    @property
    def surplus_defisit(self) -> Rupiah:
        """Pendapatan less belanja; negative is a deficit."""
        return self.pendapatan - self.belanja

    @property
    def pembiayaan_neto(self) -> Rupiah:
        """Penerimaan less pengeluaran pembiayaan."""
        return self.penerimaan_pembiayaan - self.pengeluaran_pembiayaan

    @property
    def silpa(self) -> Rupiah:
        """What is left over; an APBD Murni is expected to leave nothing."""
        return self.surplus_defisit + self.pembiayaan_neto


def total(parts: Iterable[Totals]) -> Totals:
    """The sum of totals, section by section."""
    result = Totals()
    for part in parts:
        result += part
    return result
