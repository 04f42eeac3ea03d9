"""Which accounts money is booked on, drawn from the real chart in believable proportions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from random import Random
from typing import NamedTuple

from sikd.reference import JenisPemda, akun_names
from tests.sample_pemda.organisation import Pot

LEVEL_SIX = 17
"""Characters of a code that money may be booked on."""


class Akun(NamedTuple):
    """An account of the sixth level."""

    kode: str
    nama: str


# Groups of accounts and how often they are booked, in hundredths.
_GROUPS: dict[Pot, dict[str, int]] = {
    Pot.BARANG_JASA: {
        "5.1.02.01.01": 36, "5.1.02.01.02": 3, "5.1.02.02.01": 22, "5.1.02.02.02": 3, "5.1.02.02.04": 3,
        "5.1.02.02.05": 2, "5.1.02.02.08": 3, "5.1.02.02.09": 2, "5.1.02.02.12": 4, "5.1.02.03.02": 5,
        "5.1.02.03.03": 3, "5.1.02.04.01": 12, "5.1.02.05.01": 2,
    },
    Pot.PEGAWAI: {"5.1.01.01": 55, "5.1.01.02": 35, "5.1.01.03.07": 10},
    Pot.MODAL: {"5.2.01": 1, "5.2.02": 48, "5.2.03": 22, "5.2.04": 24, "5.2.05": 5},
    Pot.HIBAH: {"5.1.05.05": 7, "5.1.05.01": 2},
    Pot.BANTUAN_SOSIAL: {"5.1.06": 1},
    Pot.BUNGA: {"5.1.03.03": 1},
    Pot.TIDAK_TERDUGA: {"5.3.01": 1},
}  # fmt: skip
_BY_OFFICE: dict[tuple[Pot, str], dict[str, int]] = {
    (Pot.PEGAWAI, "1.01"): {"5.1.01.01": 55, "5.1.01.02": 20, "5.1.01.03.03": 20, "5.1.01.03.05": 5},
    (Pot.PEGAWAI, "4.02"): {"5.1.01.04": 70, "5.1.01.01": 20, "5.1.01.02": 10},
    (Pot.PEGAWAI, "4.01"): {"5.1.01.05.0": 15, "5.1.01.01": 50, "5.1.01.02": 35},
    (Pot.MODAL, "1.03"): {"5.2.04": 80, "5.2.03": 15, "5.2.01": 2, "5.2.02": 3},
    (Pot.HIBAH, "1.01"): {"5.1.05.06.01": 6, "5.1.05.06.02": 3, "5.1.05.05": 1},
    (Pot.HIBAH, "8.01"): {"5.1.05.07": 3, "5.1.05.01": 5, "5.1.05.05": 2},
}
_TRANSFER = {
    JenisPemda.PROVINSI: {"5.4.01.01.01": 4, "5.4.01.01.02": 2, "5.4.02.03": 4},
    JenisPemda.KABUPATEN: {"5.4.02.05": 95, "5.4.01.01.03": 4, "5.4.01.02": 1},
    JenisPemda.KOTA: {"5.4.02.04": 1},
}


def groups_of(pot: Pot, bidang: str, jenis: JenisPemda) -> dict[str, int]:
    """The groups of accounts that a pot of an SKPD of this bidang is booked on, with their weights."""
    if pot is Pot.TRANSFER:
        return _TRANSFER[jenis]
    return _BY_OFFICE.get((pot, bidang), _GROUPS[pot])


@cache
def accounts(prefix: str, tahun: int) -> tuple[Akun, ...]:
    """The accounts of the sixth level below a code."""
    return tuple(
        Akun(kode, nama)
        for kode, nama in akun_names(tahun).items()
        if kode.startswith(prefix) and len(kode) == LEVEL_SIX
    )


class Palette:
    """The few accounts that one activity uses; the first are used far more often than the last."""

    def __init__(self, random: Random, groups: dict[str, int], size: int, tahun: int) -> None:
        prefixes = random.choices(list(groups), list(groups.values()), k=size)
        self.accounts = list(dict.fromkeys(_favourite(random, accounts(each, tahun)) for each in prefixes))
        self._ends = list(accumulate(1.0 / (2 + rank) for rank in range(len(self.accounts))))

    def draw(self, random: Random, count: int) -> Sequence[Akun]:
        """`count` accounts, with repetitions."""
        return random.choices(self.accounts, cum_weights=self._ends, k=count)


def _favourite(random: Random, choices: Sequence[Akun]) -> Akun:
    return choices[int(len(choices) * random.random() ** 2)]
