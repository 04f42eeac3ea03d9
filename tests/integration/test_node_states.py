"""Whatever officers, nodes and copies do in whatever order, a node moves along the table and nowhere else."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import event as note_event
from hypothesis import strategies as st
from sqlalchemy import Connection, delete

from contract.errors import ExplainedError
from contract.wire import identity
from contract.wire.messages import Checkin, verify_registration
from contract.wire.states import NODE_STEPS, NodeEvent, NodeState
from contract.wire.succession import SuccessionKind, verify_succession
from sikd import audit, nodes
from sikd.accounts import Role, User
from sikd.nodes.checkin import check_in
from sikd.nodes.due import NOTHING
from sikd.nodes.enrolment import register
from sikd.nodes.store import nodes as table
from sikd.nodes.succession import succeed
from tests.fakes.node import FakeNode
from tests.integration.centre_in_process import JEPARA, CentreInProcess, centre_in_process

PEOPLE = ("petugas-1", "petugas-2", "penyetuju-1", "auditor-1")
ROLES = {"penyetuju-1": Role.PENYETUJU, "auditor-1": Role.AUDITOR}
N, V = NodeState, NodeEvent


@dataclass
class Life:
    """One node at a centre, and what the test expects of it by the table alone."""

    centre: CentreInProcess
    node: FakeNode
    expected: NodeState = N.PENDING
    proposed_by: str = ""
    claims: list[FakeNode] = field(default_factory=list)

    def person(self, name: str) -> User:
        return self.centre.person(name, ROLES.get(name, Role.PETUGAS))

    def now(self) -> NodeState:
        with self.centre.database.read() as connection:
            return nodes.get(connection, self.node.node_id).state

    def acts(self) -> list[audit.Act]:
        with self.centre.database.read() as connection:
            return [act for act in audit.acts(connection, subject=self.node.node_id) if act.act in DECISIONS]

    def tried(self, act: Callable[[Connection], object]) -> bool:
        """Whether the centre let it happen."""
        self.centre.clock.pass_by(timedelta(minutes=2))
        try:
            with self.centre.database.begin() as connection:
                act(connection)
        except ExplainedError:
            return False
        return True


DECISIONS = {
    "node_mapped",
    "node_registration_rejected",
    "node_access_revoked",
    "node_replaced",
    "copy_suspected",
}
Try = tuple[Callable[[Life, str], NodeEvent | None], str]
"""What is tried, and by whom."""


def propose(life: Life, by: str) -> NodeEvent | None:
    officer = life.person(by)
    legal = life.expected is N.PENDING and officer.role is not Role.AUDITOR
    done = life.tried(
        lambda conn: nodes.propose(conn, life.node.node_id, JEPARA, officer, life.centre.clock())
    )
    assert done is legal
    life.proposed_by = by if done else life.proposed_by
    return None


def approve(life: Life, by: str, code: str | None = None) -> NodeEvent | None:
    officer = life.person(by)
    with life.centre.database.read() as connection:
        nonce = nodes.get(connection, life.node.node_id).match_nonce
    right = identity.match_code(
        life.node.signing_der, life.node.sealing_der, life.centre.key.public_der, nonce
    )
    keys = {"centre_der": life.centre.key.public_der, "fresh_nonce": secrets.token_bytes(16)}
    life.tried(
        lambda conn: nodes.approve(
            conn, life.node.node_id, JEPARA, code or right, officer, life.centre.clock(), **keys
        )
    )
    two_people = life.proposed_by not in {"", by} and officer.role is not Role.AUDITOR
    return V.MAPPING_APPROVED if two_people and code is None else None


def guess(life: Life, by: str) -> NodeEvent | None:
    return approve(life, by, "qqqqqqqq")


def reject(life: Life, by: str) -> NodeEvent | None:
    officer = life.person(by)
    life.tried(lambda conn: nodes.reject(conn, life.node.node_id, "alasan", officer, life.centre.clock()))
    return V.REGISTRATION_REJECTED if officer.role is not Role.AUDITOR else None


def revoke(life: Life, by: str) -> NodeEvent | None:
    officer = life.person(by)
    life.tried(lambda conn: nodes.revoke(conn, life.node.node_id, "alasan", officer, life.centre.clock()))
    return V.ACCESS_REVOKED if officer.role is not Role.AUDITOR else None


def live(life: Life, by: str) -> NodeEvent | None:
    """The node checks in, as honest nodes do."""
    check(life, life.node.machine, life.node.counter)
    return None


def copy(life: Life, by: str) -> NodeEvent | None:
    """A copy on a machine never heard of checks in from where the node was before.

    Before the node's first sign of life there is no such place: the copy is heard, and the node is behind it.
    """
    heard_of = life.node.counter
    check(life, secrets.token_hex(4), max(0, heard_of - 1))
    return V.COPY_SUSPECTED if heard_of else None


def succeeded(life: Life, by: str) -> NodeEvent | None:
    """Another server takes the node's place, as two officers decide."""
    new = life.centre.node("db-baru")
    said = new.succession(life.node, SuccessionKind.REPLACE)
    claimed = life.tried(
        lambda conn: succeed(
            conn, verify_succession(said), secrets.token_hex(4), life.centre.clock(), secrets.token_bytes
        )
    )
    if claimed:
        other = replace_of(life, new)
        propose(other, "petugas-1")
        approve(other, "petugas-2")
        life.claims.append(new)
    return V.SUCCESSOR_MAPPED if claimed else None


def replace_of(life: Life, new: FakeNode) -> Life:
    return replace(life, node=new, expected=N.PENDING, proposed_by="")


def check(life: Life, machine: str, counter: int) -> None:
    message = Checkin(
        checkin_id=secrets.token_hex(16),
        counter=counter,
        hostname=life.node.hostname,
        machine=machine,
        agent_version="0.1.0",
        database="",
        queued=0,
    )
    with life.centre.database.begin() as connection:
        check_in(
            connection,
            life.node.node_id,
            message,
            life.centre.key,
            life.centre.clock(),
            lambda *_: NOTHING,
        )
        life.node.counter = nodes.get(connection, life.node.node_id).counter


MAPPED = [(propose, "petugas-1"), (approve, "petugas-2"), (live, "")]
"""How most lives begin; the rest is drawn."""
TRIES = (propose, approve, guess, reject, revoke, live, copy, succeeded)


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreInProcess]:
    folder: Path = tmp_path_factory.mktemp("centre")
    with centre_in_process(folder, f"sqlite:///{folder / 'sikd.db'}") as made:
        yield made


@given(
    st.sampled_from([MAPPED, []]),
    st.lists(st.tuples(st.sampled_from(TRIES), st.sampled_from(PEOPLE)), max_size=14),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_node_moves_along_the_table_and_every_step_is_written_down(
    centre: CentreInProcess,
    begin: list[Try],
    tries: list[Try],
) -> None:
    life = Life(centre, centre.node())
    enrolled(life)
    try:
        lived(life, [*begin, *tries])
    finally:  # the next life, and the same one tried again, finds no Pemda taken
        with centre.database.begin() as connection:
            connection.execute(delete(table))


def lived(life: Life, attempts: list[Try]) -> None:
    """Try one thing after another, and look each time where the node stands and what was written down."""
    for attempt, by in attempts:
        before = life.acts()

        event = attempt(life, by)

        step = NODE_STEPS.get((life.expected, event)) if event else None
        life.expected = step or life.expected
        if step:
            note_event(f"{event}")
        assert life.now() is life.expected
        written = life.acts()[: len(life.acts()) - len(before)]
        assert len(written) == (step is not None)
        if step and event is not V.COPY_SUSPECTED:
            (act,) = written
            people = {act.actor, act.details.get("proposed_by", "")}
            named = {"petugas-1", "petugas-2"} if event is V.SUCCESSOR_MAPPED else {by}
            named |= {life.proposed_by} if event is V.MAPPING_APPROVED else set()
            assert named <= people
            assert len(named) == (2 if event in {V.MAPPING_APPROVED, V.SUCCESSOR_MAPPED} else 1)


def enrolled(life: Life) -> None:
    known = verify_registration(life.node.registration())
    with life.centre.database.begin() as connection:
        register(connection, known, secrets.token_hex(4), life.centre.clock(), secrets.token_bytes)
