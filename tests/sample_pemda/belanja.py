"""The belanja of one SKPD: its activities, and the rincian of each, one activity at a time.

Only one activity's rincian are in memory at once, so a million of them need no more room than a thousand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import NamedTuple

from contract.budget.names import NameKind
from sikd.reference import JenisPemda, bidang_urusan_names
from tests.sample_pemda import funds
from tests.sample_pemda.accounts import Akun, Palette, groups_of
from tests.sample_pemda.dirt import Dirt
from tests.sample_pemda.organisation import Pot, Skpd, Unit
from tests.sample_pemda.programmes import Nomenclature, Programme
from tests.sample_pemda.shares import allocate, allocate_each, amounts, power_law

_RINCIAN_AN_ACTIVITY = 14
_RINCIAN_A_LINE = 4
_MOST_ACTIVITIES_A_UNIT = 150
_FIXED = {
    Pot.PEGAWAI: "01.02.01",
    Pot.BUNGA: "02.05.04",
    Pot.TRANSFER: "02.05.08",
    Pot.TIDAK_TERDUGA: "02.05.09",
}


class Activity(NamedTuple):
    """One sub kegiatan of one unit; `nomor` is unique in the Pemda."""

    nomor: int
    skpd: Skpd
    unit: Unit
    programme: Programme


def activity_names(activity: Activity, tahun: int) -> dict[tuple[NameKind, str], str]:
    """The names of an activity's codes, from the SKPD down to the sub kegiatan."""
    sub = activity.programme.sub
    bidang = sub.kode_program[:4]
    return {
        (NameKind.SKPD, activity.skpd.kode): activity.skpd.nama,
        (NameKind.UNIT_SKPD, activity.unit.kode): activity.unit.nama,
        (NameKind.BIDANG_URUSAN, bidang): bidang_urusan_names(tahun)[bidang],
        (NameKind.PROGRAM, sub.kode_program): sub.nama_program,
        (NameKind.KEGIATAN, sub.kode_kegiatan): sub.nama_kegiatan,
        (NameKind.SUB_KEGIATAN, sub.kode_sub_kegiatan): sub.nama_sub_kegiatan,
    }


class Rincian(NamedTuple):
    """One item of belanja in sen; `nomor` counts from 1 through the whole budget."""

    nomor: int
    activity: Activity
    akun: Akun
    dana: funds.Dana
    sen: int


class Share(NamedTuple):
    """How much of a pot an SKPD or an activity has: sen, cut into `items` rincian."""

    pot: Pot
    sen: int
    items: int


class Setting(NamedTuple):
    """What the belanja of every SKPD of a Pemda has in common."""

    jenis: JenisPemda
    tahun: int
    chart: Nomenclature
    dirt: Dirt


_Place = tuple[Unit, Programme]


def activities(
    skpd: Skpd, shares: Sequence[Share], setting: Setting, random: Random
) -> Iterator[tuple[Activity, list[Share]]]:
    """The activities of an SKPD in code order, each with its part of every pot."""
    by_pot = {share.pot: share for share in shares if share.items}
    goods = by_pot.get(Pot.BARANG_JASA)
    chosen = _chosen(skpd, goods.items // _RINCIAN_AN_ACTIVITY + 1 if goods else 1, setting, random)
    parts: dict[_Place, list[Share]] = defaultdict(list)
    for share in by_pot.values():
        places = _places(share, skpd, chosen, setting, random)
        for place, part in zip(places, _cut(share, len(places), random), strict=True):
            parts[place].append(part)
    in_order = sorted(parts, key=lambda place: (place[0].kode, place[1].sub.kode_sub_kegiatan))
    for at, (unit, programme) in enumerate(in_order):
        yield Activity(unit.nomor * 10_000 + at, skpd, unit, programme), parts[unit, programme]


def _chosen(skpd: Skpd, count: int, setting: Setting, random: Random) -> list[_Place]:
    candidates = [*setting.chart.own(skpd.bidang), *setting.chart.supporting(skpd.bidang[0])]
    # The SKPD itself runs most; a unit has a few activities of its own.
    weights = [3 * len(skpd.units)] + [2] * (len(skpd.units) - 1)
    chosen: list[_Place] = []
    for unit, wanted in zip(skpd.units, allocate(count, weights), strict=True):
        few = min(max(wanted, 1 if unit is skpd.utama else 0), len(candidates), _MOST_ACTIVITIES_A_UNIT)
        chosen += [(unit, programme) for programme in random.sample(candidates, few)]
    return chosen


def _places(share: Share, skpd: Skpd, chosen: list[_Place], setting: Setting, random: Random) -> list[_Place]:
    bidang = skpd.bidang[0]
    if ending := _FIXED.get(share.pot):
        return [(skpd.utama, setting.chart.one(ending, bidang))]
    if share.pot is Pot.MODAL:
        building = [place for place in chosen if place[1].builds]
        return building[: share.items] or [(skpd.utama, setting.chart.one("01.07.06", bidang))]
    if share.pot is Pot.BARANG_JASA:
        return chosen[: share.items]
    return random.sample(chosen, min(len(chosen), 1 + share.items // 10))


def _cut(share: Share, places: int, random: Random) -> list[Share]:
    weights = power_law(random, places)
    counts = allocate_each(share.items, [1 + weight // 1000 for weight in weights])
    money = allocate(share.sen, [weight * count for weight, count in zip(weights, counts, strict=True)])
    return [Share(share.pot, sen, count) for sen, count in zip(money, counts, strict=True)]


def rincian(
    activity: Activity, shares: Sequence[Share], first: int, setting: Setting, random: Random
) -> Iterator[Rincian]:
    """The rincian of one activity, numbered from `first`; they add up to its shares exactly."""
    bidang = activity.skpd.bidang[0]
    for share in shares:
        choices = funds.palette(bidang, share.pot, setting.tahun)
        groups = groups_of(share.pot, bidang, setting.jenis)
        palette = Palette(random, groups, 1 + min(share.items // _RINCIAN_A_LINE, 60), setting.tahun)
        money = amounts(random, share.sen, share.items)
        for akun, sen in zip(palette.draw(random, share.items), money, strict=True):
            yield Rincian(first, activity, akun, _dana(random, choices, setting.dirt), sen)
            first += 1


def _dana(random: Random, choices: Sequence[funds.Dana], dirt: Dirt) -> funds.Dana:
    return funds.draw(random, choices, dirt.blank_sumber_dana, dirt.free_text_sumber_dana)


def shared_out(
    money: Mapping[Pot, int], counts: Mapping[Pot, int], offices: Sequence[Skpd]
) -> list[list[Share]]:
    """Every SKPD's share of every pot, in the order of `offices`."""
    shares: list[list[Share]] = [[] for _ in offices]
    for pot, sen in money.items():
        weights = [office.weights.get(pot, 0) for office in offices]
        # Money is more uneven than paperwork: counts follow the weights less steeply.
        numbers = allocate_each(counts[pot], [round(weight**0.85) for weight in weights])
        for mine, part, count in zip(shares, allocate(sen, weights), numbers, strict=True):
            mine.append(Share(pot, part, count))
    return shares
