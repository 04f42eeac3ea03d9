"""How long to wait before trying again, so that 546 nodes never strike together.

The jitter comes after the cap: with the cap after it, all nodes would end up at the same longest wait.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

FIRST = timedelta(seconds=5)
LONGEST = timedelta(minutes=30)
LONGEST_ASKED = timedelta(hours=6)
"""A Retry-After past this is taken for a mistake: the deadline must not be missed for it."""
_MOST_DOUBLINGS = 16


def wait_after(
    failures: int, random: Callable[[], float], *, retry_after: timedelta | None = None
) -> timedelta:
    """The wait before the next try, after `failures` (>= 1) in a row; `random` gives numbers in [0, 1).

    Full jitter: anything up to the doubled and capped wait. Where the centre asked for a time, that time is
    kept, and the jitter comes on top: at least half as much again, as all nodes may have heard the same.
    """
    doublings = min(max(failures, 1) - 1, _MOST_DOUBLINGS)
    asked = min(retry_after or timedelta(), LONGEST_ASKED)
    return asked + max(min(FIRST * (1 << doublings), LONGEST), asked / 2) * random()


def around(interval: timedelta, random: Callable[[], float], *, share: float = 0.2) -> timedelta:
    """An interval with jitter to both sides, for example 60 s give or take 12 s."""
    return interval * (1 + share * (2 * random() - 1))
