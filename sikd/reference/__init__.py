"""The lists that DJPK knows by heart: the 546 Pemda, the charts of codes, and the posture of a past year.

The files and their origin are described in ORIGIN.md. A module here reads this package's files, nothing else.
"""

from sikd.reference.charts import (
    CHART_YEARS,
    SubKegiatan,
    akun_names,
    bidang_urusan_names,
    chart_year,
    sub_kegiatan_chart,
    sumber_dana_names,
)
from sikd.reference.pemda import JenisPemda, Pemda, find_pemda, pemda, pemda_by_kode, pemda_in_words
from sikd.reference.posture import POSTURE_YEAR, posture

__all__ = [
    "CHART_YEARS",
    "POSTURE_YEAR",
    "JenisPemda",
    "Pemda",
    "SubKegiatan",
    "akun_names",
    "bidang_urusan_names",
    "chart_year",
    "find_pemda",
    "pemda",
    "pemda_by_kode",
    "pemda_in_words",
    "posture",
    "sub_kegiatan_chart",
    "sumber_dana_names",
]
