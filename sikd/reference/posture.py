"""The posture of every Pemda's APBD in a past year, to compare a new one with."""

from __future__ import annotations

from functools import cache

from contract.budget.codes import Section
from contract.budget.totals import Totals
from sikd.reference.files import rows

POSTURE_YEAR = 2023
"""The budget year of the figures in this package."""


def posture(kode_pemda: str) -> Totals | None:
    """The four sums of this Pemda's APBD of POSTURE_YEAR, or None where the Pemda is not known."""
    return _postures().get(kode_pemda)


@cache
def _postures() -> dict[str, Totals]:
    return {row["kode_pemda"]: _totals(row) for row in rows(f"posture_{POSTURE_YEAR}")}


def _totals(row: dict[str, str]) -> Totals:
    return Totals.of_sen({section: int(row[section.value]) * 100 for section in Section})
