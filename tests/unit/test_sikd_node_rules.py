"""Who finds room among the pending nodes, and what a check-in means."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.wire.messages import Checkin
from contract.wire.states import NodeState
from sikd.nodes import Node
from sikd.nodes.rules import (
    KEPT_FOR_NEWCOMERS,
    MAX_NEW_A_MINUTE,
    MAX_PENDING,
    MAX_PENDING_OF_A_NETWORK,
    Crowd,
    Meaning,
    finds_room,
    meaning,
    network_of,
)

NOW = datetime(2026, 1, 20, tzinfo=UTC)
NODE = Node(
    node_id="sikd1",
    signing_der=b"",
    sealing_der=b"",
    sealing_signature=None,
    state=NodeState.MAPPED,
    reason="",
    kode_pemda="11.10",
    hostname="db",
    machine="m",
    agent_version="",
    database="",
    queued=0,
    network="192.0.2.0/24",
    registered_at=NOW,
    last_seen_at=NOW,
    counter=5,
    checkin_id="a" * 32,
    last_answer=b"answer",
    match_nonce=b"",
    wrong_codes=0,
    proposal=None,
    last_sequence=0,
    last_content_id=None,
    replaces=None,
    vouched=False,
    rewound_from=None,
)


def checkin(counter: int, checkin_id: str, *, hostname: str = "db", machine: str = "n") -> Checkin:
    return Checkin(
        checkin_id=checkin_id,
        counter=counter,
        hostname=hostname,
        machine=machine,
        agent_version="",
        database="",
        queued=0,
    )


@pytest.mark.parametrize(
    ("counter", "checkin_id", "expected"),
    [
        (5, "b" * 32, Meaning.NEW),
        (4, "a" * 32, Meaning.REPEATED),
        (4, "b" * 32, Meaning.COPY),
        (0, "c" * 32, Meaning.COPY),
        (9, "b" * 32, Meaning.NEW),
    ],
    ids=["the next", "its answer was lost", "another took its turn", "an old copy", "an older centre"],
)
def test_a_check_in_of_a_mapped_node_means(counter: int, checkin_id: str, expected: Meaning) -> None:
    assert meaning(NODE, checkin(counter, checkin_id)) is expected


@pytest.mark.parametrize(
    ("counter", "rewound_from", "hostname", "machine", "expected"),
    [
        (2, None, "db", "m", Meaning.REWOUND),
        (4, None, "db", "m", Meaning.REWOUND),
        (2, None, "db", "n", Meaning.COPY),
        (2, None, "db-2", "m", Meaning.COPY),
        (3, 4, "db", "m", Meaning.COPY),
        (4, 4, "db", "m", Meaning.COPY),
        (2, 4, "db", "m", Meaning.REWOUND),
    ],
    ids=[
        "a backup",
        "a state of a moment ago",
        "on another machine",
        "under another name",
        "two machines, and an answer was lost",
        "two machines",
        "the same backup once more",
    ],
)
def test_an_older_state_of_the_same_machine_means(
    counter: int, rewound_from: int | None, hostname: str, machine: str, expected: Meaning
) -> None:
    node = replace(NODE, rewound_from=rewound_from)

    assert meaning(node, checkin(counter, "b" * 32, hostname=hostname, machine=machine)) is expected


def test_a_machine_that_does_not_know_its_name_is_never_taken_for_restored() -> None:
    node = replace(NODE, machine="")

    assert meaning(node, checkin(2, "b" * 32, machine="")) is Meaning.COPY


@given(st.integers(0, 2**53 - 1), st.text("0123456789abcdef", min_size=32, max_size=32))
def test_a_node_that_waits_is_never_a_copy(counter: int, checkin_id: str) -> None:
    pending = replace(NODE, state=NodeState.PENDING)

    assert meaning(pending, checkin(counter, checkin_id)) in {Meaning.NEW, Meaning.REPEATED}


@given(
    st.integers(0, 2**53 - 1), st.sampled_from([NodeState.SUSPENDED, NodeState.REVOKED, NodeState.REJECTED])
)
def test_a_node_that_may_not_deliver_changes_nothing(counter: int, state: NodeState) -> None:
    assert meaning(replace(NODE, state=state), checkin(counter, "f" * 32)) is Meaning.WATCHED


@pytest.mark.parametrize(
    ("crowd", "room"),
    [
        (Crowd(0, 0, 0), True),
        (Crowd(MAX_PENDING, 0, 0), False),
        (Crowd(MAX_PENDING - 1, 0, 0), True),
        (Crowd(MAX_PENDING - KEPT_FOR_NEWCOMERS, 1, 0), False),
        (Crowd(MAX_PENDING - KEPT_FOR_NEWCOMERS, 0, 0), True),
        (Crowd(700, MAX_PENDING_OF_A_NETWORK, 0), False),
        (Crowd(20, 20, MAX_NEW_A_MINUTE), False),
    ],
    ids=[
        "empty",
        "full",
        "the last place",
        "kept from those who are many",
        "kept for a newcomer",
        "one network's share",
        "too fast",
    ],
)
def test_a_new_node_finds_room(crowd: Crowd, room: bool) -> None:
    assert finds_room(crowd) is room


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_neighbours_are_one_network(address: str, network: str) -> None:
    assert network_of(address) == network
