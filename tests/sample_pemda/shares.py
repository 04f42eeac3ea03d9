"""Cutting an amount into parts that add up to it exactly.

Everything here is whole numbers of sen; floats only weigh the parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from random import Random

THOUSAND_RUPIAH = 100_000
"""Real prices are mostly round: the sen in Rp1,000."""


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Cut `total` in proportion to the weights; the parts are not negative and add up to it exactly."""
    whole = sum(weights)
    if whole == 0:
        return [total] + [0] * (len(weights) - 1) if weights else []
    ends = [total * end // whole for end in accumulate(weights)]
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


def allocate_each(total: int, weights: Sequence[int], least: int = 1) -> list[int]:
    """Like `allocate`, but nobody with a weight gets less than `least`; `total` must suffice for that."""
    floors = [least if weight else 0 for weight in weights]
    if sum(floors) > total:
        raise ValueError(f"{total} is not enough to give {least} to each of {sum(map(bool, weights))}")
    return [floor + part for floor, part in zip(floors, allocate(total - sum(floors), weights), strict=True)]


def power_law(random: Random, count: int, alpha: float = 1.1) -> list[int]:
    """Weights as budgets have them: very many small ones and a few that hold most of the money."""
    return [1 + int(1000 * min(random.paretovariate(alpha), 5000.0)) for _ in range(count)]


def amounts(random: Random, total: int, count: int, *, with_sen: bool = True) -> list[int]:
    """Cut `total` sen into `count` amounts of power-law size, mostly whole thousands of rupiah."""
    unit = THOUSAND_RUPIAH if total >= 2 * count * THOUSAND_RUPIAH else 1
    units, rest = divmod(total, unit)
    if units < count:
        return [total] + [0] * (count - 1)
    parts = [unit * part for part in allocate_each(units, power_law(random, count))]
    parts[parts.index(max(parts))] += rest
    if with_sen and unit > 1:
        _move_some_sen(random, parts)
    return parts


def _move_some_sen(random: Random, parts: list[int]) -> None:
    # A price with tax has sen; what one amount gains its neighbour loses, so the sum stays whole.
    for index in range(1, len(parts), 40):
        sen = random.randrange(1, 100)
        parts[index - 1] += sen
        parts[index] -= sen
