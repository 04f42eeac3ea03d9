"""A budget about which much was noticed, as a real finance database gives it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from agent.collect import Collected, Segment
from connectors.interface import SourceFacts, Stage
from contract.budget.findings import Finding, Level
from contract.budget.rupiah import Rupiah
from contract.budget.totals import Totals

_STAGE = Stage("5", "Penetapan APBD", "data_jadwal_lokal 5")
_TOTALS = Totals(
    pendapatan=Rupiah(123_456_789_012_300),
    belanja=Rupiah(125_456_789_012_300),
    penerimaan_pembiayaan=Rupiah(2_500_000_000_000),
    pengeluaran_pembiayaan=Rupiah(500_000_000_000),
)


_ACCOUNTS = ("Belanja Alat Tulis Kantor", "Belanja Kertas dan Cover", "Belanja Bahan Cetak")


def names_that_differ(count: int) -> Iterator[Finding]:
    """As many codes with two names."""
    for number in range(1, count + 1):
        kode = f"5.1.02.01.01.{number:04}"
        nama = _ACCOUNTS[number % len(_ACCOUNTS)]
        names = {"nama": nama.upper(), "nama_2": nama}
        yield Finding("names_agree", values={"kind": "rekening", "kode": kode, "count": "2", **names})


def preview() -> Collected:
    """What `sinergi source preview` reads where the names of 284 codes differ; a reading lists 20 of them."""
    findings = (
        Finding("code_prefix_was_removed", Level.INFO, {"rows": "61"}),
        *names_that_differ(20),
        Finding("sumber_dana_is_a_code", values={"text": "DAK/PAD", "rows": "12", "nilai": "Rp1.200.000"}),
        Finding("sumber_dana_is_a_code", values={"text": "DANA UMUM", "rows": "3", "nilai": "Rp450.000"}),
        Finding("code_was_normalised", Level.INFO, {"rows": "7", "example": "'5.1.' → 5.1"}),
        Finding("more_of_the_same", Level.INFO, {"rule": "names_agree", "count": "264"}),
    )
    facts = SourceFacts("wp-sipd", "1", "mysql", "8.0", _STAGE, torn_possible=False)
    skpd = tuple(Segment(f"1.{number:02}", 800, _TOTALS, 1, "", 1, "") for number in range(1, 43))
    names = Segment("", 900, Totals(), 1, "", 1, "")
    return Collected(2026, datetime(2026, 1, 20, tzinfo=UTC), facts, _TOTALS, names, skpd, findings)
