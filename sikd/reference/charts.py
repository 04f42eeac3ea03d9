"""The charts of codes, each under the year it was published for.

Charts change yearly and only the one of 2021 is at hand: whoever reports an unknown code names `chart_year`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from sikd.reference.files import rows

CHART_YEARS = (2021,)
"""The years whose charts are in this package, oldest first."""


class SubKegiatan(NamedTuple):
    """One sub kegiatan with the program and kegiatan it belongs to, names without their codes."""

    kode_program: str
    nama_program: str
    kode_kegiatan: str
    nama_kegiatan: str
    kode_sub_kegiatan: str
    nama_sub_kegiatan: str


def chart_year(tahun: int) -> int:
    """The year of the chart used for a budget year: the newest not after it, or else the oldest there is."""
    return max((year for year in CHART_YEARS if year <= tahun), default=CHART_YEARS[0])


def akun_names(tahun: int) -> Mapping[str, str]:
    """The names of accounts by code, levels one (`5`) to six (`5.1.01.01.01.0001`)."""
    return _names("akun", chart_year(tahun))


def bidang_urusan_names(tahun: int) -> Mapping[str, str]:
    """The names of the bidang urusan by code (`1.01`)."""
    return _names("bidang_urusan", chart_year(tahun))


def sumber_dana_names(tahun: int) -> Mapping[str, str]:
    """The names of the sumber dana by code (`1.1.01`)."""
    return _names("sumber_dana", chart_year(tahun))


def sub_kegiatan_chart(tahun: int) -> tuple[SubKegiatan, ...]:
    """The sub kegiatan as a province codes them: fourth level `1`; a kabupaten or kota writes `2` there."""
    return _sub_kegiatan(chart_year(tahun))


@cache
def _names(chart: str, year: int) -> Mapping[str, str]:
    return MappingProxyType({row["kode"]: row["nama"] for row in rows(f"{chart}_{year}")})


@cache
def _sub_kegiatan(year: int) -> tuple[SubKegiatan, ...]:
    return tuple(SubKegiatan(**row) for row in rows(f"sub_kegiatan_{year}"))
