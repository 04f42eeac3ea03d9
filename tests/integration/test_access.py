"""A database access between the real agent and the real centre, and a centre that is not to be trusted."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from agent.access.book import approve, keep, read_book, set_here
from agent.access.report import report_of
from agent.line.centre import CentreClient
from agent.node import Node
from agent.service.access_desk import AccessDesk
from agent.service.health import Area, Health
from agent.service.rounds import Rounds
from agent.settings import Access as AllowedAccess
from agent.settings import Database
from agent.storage.vault import open_vault
from connectors.interface import Access
from contract.errors import BadSignature
from contract.wire import identity
from contract.wire.access import DatabaseAccess, DatabaseEngine, NamedBy, Tls, seal_access
from contract.wire.messages import Order
from contract.wire.states import AccessState
from sikd import audit, dbaccess, nodes
from sikd.accounts import Role, User
from sikd.dbaccess import acts, store
from sikd.dbaccess.reports import take_report
from sikd.errors import NotAllowed, NotAsThingsStand
from tests.fakes.agent_world import HOST, KODE_PEMDA, AgentWorld
from tests.filled import in_sqlite
from tests.integration.centre_in_process import CentreInProcess
from tests.integration.test_agent_against_centre import RealSite
from tests.sample_pemda import Budget


@dataclass(frozen=True)
class LineNode(Node):
    """A node whose line to the centre is that of the world."""

    world: AgentWorld

    def centre(self) -> CentreClient:
        """The line of the world."""
        return self.world.line()


@dataclass
class Desk:
    """A mapped node with its daemon's rounds, and the people of both sides."""

    centre: CentreInProcess
    node: LineNode
    rounds: Rounds
    health: Health
    admin: User
    petugas: User

    def enter(self, access: DatabaseAccess, *, by: User | None = None, version: int | None = None) -> None:
        """Enter an access as the page does."""
        with self.centre.database.begin() as conn:
            known = nodes.get(conn, self.node.keys.node_id)
            number = version or acts.next_version(conn, known)
            access_id = os.urandom(16).hex()
            sealed = seal_access(
                access,
                identity.sealing_key(known.sealing_der),
                node_id=known.node_id,
                access_id=access_id,
                version=number,
            )
            entry = acts.Entry(known.node_id, access_id, number, sealed)
            acts.enter(conn, KODE_PEMDA, entry, by or self.admin, self.centre.clock())

    def round(self) -> None:
        """A minute of the daemon's life."""
        self.centre.clock.pass_by(timedelta(minutes=1))
        self.rounds.check_in()
        self.rounds.read()

    def order(self, act: Any) -> None:
        """An officer presses a button."""
        with self.centre.database.begin() as conn:
            act(conn, nodes.get(conn, self.node.keys.node_id), self.petugas, self.centre.clock())

    def hear(self, *orders: Order) -> None:
        """The node keeps an answer with these orders."""
        state = self.node.state
        turn, answer = state.begin_checkin(lambda: "0" * 32), state.last_answer()
        assert answer is not None
        state.finish_checkin(turn, answer, counter=turn.counter, orders=orders)

    def alter(self, **values: Any) -> None:
        """Whoever holds the centre's database changes the newest access in it."""
        with self.centre.database.begin() as conn:
            newest = self.access()
            conn.execute(
                update(store.accesses).where(store.accesses.c.access_id == newest.access_id).values(**values)
            )

    def access(self) -> store.Access:
        """The newest access at the centre."""
        with self.centre.database.read() as conn:
            found = dbaccess.newest(conn, KODE_PEMDA, self.node.keys.node_id)
        assert found is not None
        return found

    def approve(self, *, named: bool = True) -> None:
        """A person at the node agrees to the target."""
        entry = read_book(self.node.vault).newest
        assert entry is not None
        keep(self.node.vault, lambda book: approve(book, entry.target, named=named))


@pytest.fixture
def desk(tmp_path: Path, centre: CentreInProcess) -> Iterator[Desk]:
    site = RealSite(tmp_path, centre)
    world = site.node()
    site.map(world, KODE_PEMDA)
    node = LineNode(
        world.paths, world.config, open_vault(world.paths, {}), world.keys, world.state, world.outbox, HOST,
        centre.clock, world,
    )  # fmt: skip
    health = Health()
    rounds = Rounds(node, health, random=lambda: 0.5, local=timedelta(hours=7))
    admin = centre.person("admin-1", Role.ADMIN, KODE_PEMDA)
    made = Desk(centre, node, rounds, health, admin, centre.person("petugas-1", Role.PETUGAS))
    made.round()
    yield made
    world.close()


@pytest.fixture
def trap() -> Iterator[socket.socket]:
    """A server that notices whoever connects."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        listening.setblocking(False)
        yield listening


def visited(trap: socket.socket) -> bool:
    try:
        trap.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def access_to(trap: socket.socket, **changed: Any) -> DatabaseAccess:
    fields: dict[str, Any] = {
        "application": "wp-sipd",
        "engine": DatabaseEngine.MYSQL,
        "host": "127.0.0.1",
        "port": trap.getsockname()[1],
        "database": "sipd",
        "named_by": NamedBy.DATABASE,
        "user": "baca",
        "password": SecretStr("kenari-4711"),
        "tls": Tls.PREFER,
    }
    return DatabaseAccess(**(fields | changed))


def test_an_access_to_another_host_opens_no_connection_before_it_is_approved(
    desk: Desk, trap: socket.socket
) -> None:
    desk.enter(access_to(trap))
    desk.round()
    # The centre goes as far as it can: it orders, and says that all is configured.
    desk.alter(state="checking", configured_at=desk.centre.clock())
    for _ in range(3):
        desk.round()
        desk.hear(Order.SNAPSHOT, Order.PROBE)
        desk.rounds.read()

    assert not visited(trap)
    assert desk.access().state is AccessState.TO_APPROVE


def test_an_approved_target_is_tried_once_it_is_ordered_and_not_before(
    desk: Desk, trap: socket.socket
) -> None:
    desk.enter(access_to(trap))
    desk.round()
    desk.approve()
    desk.round()
    assert not visited(trap)
    assert desk.access().state is AccessState.APPROVED
    trap.close()

    desk.order(acts.order_check)
    desk.round()

    found = desk.access()
    assert found.state is AccessState.KONFIRMASI
    assert [(step.step, step.code) for step in found.steps if step.outcome == "failed"] == [
        ("tcp", "SIKD-E301")
    ]


def test_a_network_in_the_settings_does_not_open_this_server_itself(desk: Desk, trap: socket.socket) -> None:
    allowed = AllowedAccess(allowed_hosts=("127.0.0.0/8",))
    config = desk.node.config.model_copy(update={"access": allowed})
    object.__setattr__(desk.node, "config", config)
    desk.enter(access_to(trap))

    desk.round()
    desk.hear(Order.PROBE)
    desk.rounds.read()

    assert desk.access().state is AccessState.TO_APPROVE
    assert not visited(trap)


def test_another_password_for_the_same_target_needs_no_new_approval(desk: Desk, trap: socket.socket) -> None:
    desk.enter(access_to(trap))
    desk.round()
    desk.approve()

    desk.enter(access_to(trap, password=SecretStr("another"), user="lain"))
    desk.round()
    assert desk.access().state is AccessState.APPROVED
    desk.enter(access_to(trap, database="other"))
    desk.round()

    assert desk.access().state is AccessState.TO_APPROVE


def changed_byte(sealed: bytes) -> bytes:
    return sealed[:-1] + bytes([sealed[-1] ^ 1])


def test_a_changed_byte_is_refused_by_name(desk: Desk, trap: socket.socket) -> None:
    desk.enter(access_to(trap))
    desk.alter(sealed=changed_byte(desk.access().sealed or b""))

    desk.round()

    assert (desk.access().state, desk.access().refusal) == (AccessState.KONFIRMASI, "seal-broken")


def test_another_version_under_the_same_seal_is_refused_by_name(desk: Desk, trap: socket.socket) -> None:
    desk.enter(access_to(trap))
    desk.alter(version=7)

    desk.round()

    assert desk.access().refusal == "seal-broken"


def test_an_older_version_is_refused_by_name_and_the_centre_goes_on_after_the_newer(
    desk: Desk, trap: socket.socket
) -> None:
    desk.enter(access_to(trap), version=None)
    desk.enter(access_to(trap, user="lain"))
    desk.round()
    forget_newest(desk)  # the centre was restored from an older backup
    desk.round()

    assert desk.access().refusal == "access-outdated"
    desk.enter(access_to(trap, user="ketiga"))
    desk.round()
    assert (desk.access().version, desk.access().state) == (3, AccessState.TO_APPROVE)


def test_a_replay_under_a_number_that_was_used_is_refused_by_name(desk: Desk, trap: socket.socket) -> None:
    desk.enter(access_to(trap))
    desk.round()
    with desk.centre.database.begin() as conn:
        conn.execute(store.accesses.delete())
        conn.execute(store.node_choices.delete())
    desk.enter(access_to(trap, user="lain"))
    assert desk.access().version == 1

    desk.round()

    assert desk.access().refusal == "access-replayed"


def test_another_nodes_access_is_refused_by_name(desk: Desk, trap: socket.socket) -> None:
    other = desk.centre.node()
    other.enrol()
    desk.enter(access_to(trap))
    newest = desk.access()
    mixed_up = replace(newest, node_id=other.node_id)
    with desk.centre.database.begin() as conn:
        conn.execute(store.accesses.delete())
        store.add(conn, mixed_up)
        told = dbaccess.due(conn, replace(nodes.get(conn, other.node_id), kode_pemda=KODE_PEMDA))

    AccessDesk(desk.node).hear(told.access)

    refusal = read_book(desk.node.vault).refusal
    assert refusal is not None
    assert refusal.reason == "access-of-another-node"


def forget_newest(desk: Desk) -> None:
    newest = desk.access()
    with desk.centre.database.begin() as conn:
        conn.execute(store.accesses.delete().where(store.accesses.c.access_id == newest.access_id))
        conn.execute(update(store.accesses).values(state="entered"))


def test_only_the_admin_of_the_pemda_enters_and_only_an_officer_orders(
    desk: Desk, trap: socket.socket
) -> None:
    other = desk.centre.person("admin-2", Role.ADMIN, "11.17")
    for person in (desk.petugas, other, desk.centre.person("verifikator-1", Role.VERIFIKATOR, KODE_PEMDA)):
        with pytest.raises(NotAllowed):
            desk.enter(access_to(trap), by=person)
    desk.enter(access_to(trap))

    with desk.centre.database.begin() as conn, pytest.raises(NotAllowed):
        acts.order_check(conn, nodes.get(conn, desk.node.keys.node_id), desk.admin, desk.centre.clock())


def test_the_second_of_two_entries_at_once_is_refused(desk: Desk, trap: socket.socket) -> None:
    desk.enter(access_to(trap), version=1)

    with pytest.raises(NotAsThingsStand):
        desk.enter(access_to(trap), version=1)


def test_nothing_is_configured_that_was_not_found_valid(desk: Desk, trap: socket.socket) -> None:
    desk.enter(access_to(trap))
    desk.round()
    desk.approve()
    desk.round()

    with pytest.raises(NotAsThingsStand):
        desk.order(acts.configure)


def test_a_report_of_somebody_else_moves_nothing(desk: Desk, trap: socket.socket) -> None:
    desk.enter(access_to(trap))
    stranger = desk.centre.mapped_node("11.17")
    report = _report_of(desk)

    with desk.centre.database.begin() as conn, pytest.raises(BadSignature):
        take_report(conn, nodes.get(conn, stranger.node_id), report, desk.centre.clock())

    assert desk.access().state is AccessState.ENTERED


def _report_of(desk: Desk) -> bytes:
    book = read_book(desk.node.vault)
    made = report_of(
        book,
        desk.node.config,
        node_id=desk.node.keys.node_id,
        approved=False,
        steps=(),
        now=desk.centre.clock(),
    )
    return made.signed(desk.node.keys.signing)


def test_every_step_leaves_an_entry_that_names_who_did_it(desk: Desk, trap: socket.socket) -> None:
    desk.enter(access_to(trap))
    desk.round()
    desk.approve()
    desk.round()
    desk.order(acts.order_check)

    with desk.centre.database.read() as conn:
        done = [(each.act, each.actor) for each in audit.acts(conn, subject=desk.access().access_id)]

    assert done[::-1] == [
        ("access_entered", "admin-1"),
        ("access_target_waits", desk.node.keys.node_id),
        ("access_target_approved", desk.node.keys.node_id),
        ("access_check_ordered", "petugas-1"),
    ]


def with_database(desk: Desk, access: Access) -> None:
    """The operator fills in [database] on the server itself."""
    own = Database(application=access.application, engine=access.engine, database=access.database)
    object.__setattr__(desk.node, "config", desk.node.config.model_copy(update={"database": own}))


def test_what_was_set_on_the_server_itself_comes_to_the_same_state(desk: Desk, tmp_path: Path) -> None:
    with_database(desk, in_sqlite(tmp_path / "sipd.db", "wp-sipd", Budget(KODE_PEMDA, 2026, 500)))
    desk.round()
    assert (desk.access().origin, desk.access().sealed, desk.access().state) == ("node", None, "approved")

    desk.order(acts.order_check)
    desk.round()
    assert desk.access().state is AccessState.VALID
    desk.order(acts.configure)
    desk.round()

    assert desk.access().state is AccessState.CONFIGURED
    assert {step.outcome for step in desk.access().steps} <= {"ok", "skipped", "warning"}


def test_what_is_set_on_the_server_later_replaces_what_was_entered(
    desk: Desk, tmp_path: Path, trap: socket.socket
) -> None:
    desk.enter(access_to(trap))
    desk.round()
    with_database(desk, in_sqlite(tmp_path / "sipd.db", "wp-sipd", Budget(KODE_PEMDA, 2026, 500)))
    keep(desk.node.vault, lambda book: set_here(book, "f" * 32))  # as `sinergi access set` does
    desk.round()
    desk.round()

    assert (desk.access().origin, desk.access().version, desk.access().state) == ("node", 2, "approved")
    assert read_book(desk.node.vault).refusal is None


def test_a_configured_access_is_read_with_at_once_though_nothing_could_be_read_before(
    desk: Desk, trap: socket.socket
) -> None:
    desk.rounds.read()  # no access is known, so the reading is given up until somebody acts
    desk.enter(access_to(trap))
    desk.round()
    desk.approve()
    desk.alter(state="configured", configured_at=desk.centre.clock())
    port = trap.getsockname()[1]
    trap.close()
    desk.round()

    error = desk.health.error(Area.DATABASE)

    assert error is not None
    assert (error.code, str(port) in str(error)) == ("SIKD-E301", True)
