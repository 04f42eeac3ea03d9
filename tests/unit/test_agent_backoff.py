"""546 nodes that failed together do not come back together."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from agent.service.backoff import FIRST, LONGEST, LONGEST_ASKED, around, wait_after

shares = st.floats(0, 1, exclude_max=True)
spans = st.timedeltas(timedelta(), timedelta(days=400))


@given(failures=st.integers(0, 10**9), share=shares)
def test_a_wait_is_never_longer_than_the_cap(failures: int, share: float) -> None:
    assert timedelta() <= wait_after(failures, lambda: share) <= LONGEST


@given(failures=st.integers(1, 10**6), share=shares)
def test_the_wait_may_double_with_each_failure(failures: int, share: float) -> None:
    assert wait_after(failures, lambda: share) <= wait_after(failures + 1, lambda: share)


@given(failures=st.integers(1, 10**6), asked=spans, share=shares)
def test_a_node_never_comes_back_before_the_time_the_centre_asked_for(
    failures: int, asked: timedelta, share: float
) -> None:
    wait = wait_after(failures, lambda: share, retry_after=asked)

    assert wait >= min(asked, LONGEST_ASKED)


def spread(waits: list[timedelta]) -> timedelta:
    return max(waits) - min(waits)


def test_jitter_comes_after_the_cap() -> None:
    # Jitter before the cap would send everyone who failed often to the very same longest wait.
    random = Random(546)  # noqa: S311 - repeatable on purpose

    waits = [wait_after(30, random.random) for _ in range(546)]

    assert spread(waits) > 0.95 * LONGEST
    assert sum(waits, timedelta()) / 546 < 0.6 * LONGEST


def test_nodes_that_were_asked_for_one_time_spread_too() -> None:
    random = Random(546)  # noqa: S311 - repeatable on purpose

    waits = [wait_after(8, random.random, retry_after=timedelta(seconds=120)) for _ in range(546)]

    assert spread(waits) > timedelta(minutes=8)


def test_the_first_wait_is_short() -> None:
    assert wait_after(1, lambda: 0.999) < FIRST


@given(share=shares)
def test_an_interval_keeps_its_middle(share: float) -> None:
    minute = timedelta(seconds=60)

    assert timedelta(seconds=48) <= around(minute, lambda: share) <= timedelta(seconds=72)


def test_nodes_that_failed_once_and_were_asked_for_one_time_spread_too() -> None:
    # All 546 may have heard the same Retry-After from one centre that was restarted.
    random = Random(546)  # noqa: S311 - repeatable on purpose

    waits = [wait_after(1, random.random, retry_after=timedelta(minutes=10)) for _ in range(546)]

    assert spread(waits) > timedelta(minutes=4)
    assert min(waits) >= timedelta(minutes=10)
