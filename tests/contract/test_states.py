"""The states of a snapshot and of a node: what may follow what is one table, and nothing else may."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.wire.states import (
    ACCESS_STEPS,
    NODE_STEPS,
    SNAPSHOT_STEPS,
    AccessEvent,
    AccessState,
    NodeEvent,
    NodeState,
    SnapshotEvent,
    SnapshotState,
    after,
)

S, E = SnapshotState, SnapshotEvent
N, V = NodeState, NodeEvent
Steps = Mapping[tuple[Any, Any], Any]

SNAPSHOT = pytest.param(SNAPSHOT_STEPS, S, E, S.COMMITTED, id="snapshot")
NODE = pytest.param(NODE_STEPS, N, V, N.PENDING, id="node")
ACCESS = pytest.param(ACCESS_STEPS, AccessState, AccessEvent, AccessState.ENTERED, id="access")
each_table = pytest.mark.parametrize(("steps", "states", "events", "first"), [SNAPSHOT, NODE, ACCESS])


@each_table
def test_a_step_outside_the_table_is_refused(
    steps: Steps, states: type[StrEnum], events: type[StrEnum], first: StrEnum
) -> None:
    refused = {pair for pair in product(states, events) if after(steps, *pair) is None}

    assert refused == set(product(states, events)) - set(steps)
    assert refused


@each_table
def test_every_state_can_be_reached_and_every_event_can_happen(
    steps: Steps, states: type[StrEnum], events: type[StrEnum], first: StrEnum
) -> None:
    reached, fresh = set(), {first}
    while fresh:
        reached |= fresh
        fresh = {target for (state, _), target in steps.items() if state in reached} - reached

    assert reached == set(states)
    assert {event for _, event in steps} == set(events)


@each_table
def test_nothing_comes_back_to_the_beginning(
    steps: Steps, states: type[StrEnum], events: type[StrEnum], first: StrEnum
) -> None:
    assert first not in steps.values()


def ends(steps: Steps, states: type[StrEnum]) -> set[StrEnum]:
    return set(states) - {state for state, _ in steps}


def test_a_snapshot_ends_refused_or_superseded() -> None:
    assert ends(SNAPSHOT_STEPS, S) == {S.REFUSED, S.SUPERSEDED}


def test_a_node_ends_revoked_replaced_or_rejected() -> None:
    assert ends(NODE_STEPS, N) == {N.REVOKED, N.REPLACED, N.REJECTED}


@given(st.lists(st.sampled_from(E), max_size=12))
def test_nothing_is_authorised_that_was_not_judged_and_verified(events: list[SnapshotEvent]) -> None:
    state, done = S.COMMITTED, []
    for event in events:
        if step := after(SNAPSHOT_STEPS, state, event):
            state = step
            done.append(event)

    if E.AUTHORISED_BY_PEMDA in done:
        way = [E.LAST_FRAME_ARRIVED, E.JUDGED_SOUND, E.VERIFIED_BY_PEMDA, E.AUTHORISED_BY_PEMDA]
        assert [event for event in done if event in way] == way


@pytest.mark.parametrize("state", [N.PENDING, N.SUSPENDED, N.REVOKED, N.REPLACED, N.REJECTED])
def test_only_a_mapped_node_can_be_suspected_as_a_copy(state: NodeState) -> None:
    assert after(NODE_STEPS, state, V.COPY_SUSPECTED) is None


def test_a_lapsed_commitment_may_still_be_finished() -> None:
    assert after(SNAPSHOT_STEPS, S.LAPSED, E.FRAME_ARRIVED) is S.RECEIVING
    assert after(SNAPSHOT_STEPS, S.LAPSED, E.LAST_FRAME_ARRIVED) is S.COMPLETE


def test_a_key_that_two_machines_hold_never_delivers_again() -> None:
    assert {to for (state, _), to in NODE_STEPS.items() if state is N.SUSPENDED} == {N.REVOKED, N.REPLACED}
