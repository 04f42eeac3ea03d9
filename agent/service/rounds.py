"""The three things the daemon does again and again: check in, read, deliver.

Each is called every few seconds and does something only when it is due, so a missed call is never a lost one.
An error that is explained stands in the daemon's health until the same thing works; any other goes up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agent.deliver import Pushed, PushResult
from agent.errors import CollectionError, CollectionRunning, SnapshotDamaged, SnapshotRefused
from agent.invitation import waiting_ticket
from agent.journal import note
from agent.service.access_desk import AccessDesk
from agent.service.health import Area, Health, area_of
from agent.service.orders import Orders
from agent.service.patience import Patience
from agent.service.schedule import zone_of
from agent.service.timetable import Timetable
from agent.snapshot import SnapshotOutcome, SnapshotResult
from agent.standing import standing_of
from agent.succession import settle, waiting_offer
from connectors.interface import (
    ConnectorError,
    DatabaseUnreachable,
    LoginRefused,
    ProbeStep,
    StepResult,
    TlsRefused,
)
from contract.errors import ExplainedError, RefusedByCentre, UnknownNode
from contract.text import T
from contract.wire.messages import CheckinAnswer, Order
from contract.wire.states import NodeState

if TYPE_CHECKING:
    from agent.line.centre import CentreClient
    from agent.node import Node

KNOCK_EVERY = timedelta(minutes=5)
"""How soon a database that went away while nothing is read is noticed, and the longest wait for a new try."""

_CLOCKS_SLIP = timedelta(minutes=1)
"""As far as a clock may be set back while it is kept right."""

_AT_THE_DOOR = (DatabaseUnreachable, LoginRefused, TlsRefused, CollectionError)
"""Errors of a reading that end as soon as the database lets the agent in."""


class Rounds:
    """The work of one node; each method may run in a thread of its own, but never twice at once."""

    def __init__(self, node: Node, health: Health, *, random: Callable[[], float], local: timedelta) -> None:
        self.node = node
        self._health, self._orders = health, Orders(node.state)
        self._timetable = Timetable(node, health, zone_of(local))
        self._reading, self._delivery = Patience(random, KNOCK_EVERY), Patience(random)
        self._calling = Patience(random)
        self._gave_up_at: datetime | None = None
        self._knocked_at: datetime | None = None
        self._desk = AccessDesk(node)
        self._line: CentreClient | None = None

    def check_in(self) -> None:
        """Give a sign of life, or register; what the centre orders is kept with its answer."""
        now = self.node.clock()
        if not self._calling.allows(now):
            return
        try:
            answer = self._answer()
        except ExplainedError as error:
            area = Area.AGENT if area_of(error) is Area.AGENT else Area.CENTRE
            self._health.failed("check-in", error, now, area=area)
            self._calling.heard(error, now)
            self._hang_up()
            note("check-in failed", error=error.slug)
            return
        self._health.works("check-in")
        self._timetable.hear(answer, now)
        if self._desk.hear(answer.access):
            # What failed with the access before is no reason to wait with the new one.
            self._gave_up_at = None
            self._reading.worked()
        self._report_access(now)

    def read(self) -> None:
        """Take a snapshot where one is due or ordered, else see now and then whether the database answers."""
        now = self.node.clock()
        if Order.PROBE in self._orders and self._is_mapped():
            # Somebody waits for the answer, whatever the budget's own schedule says.
            self._attempt(self._probe, now)
            return
        if not self._reading.allows(now):
            return
        if self._is_mapped() and self._next_snapshot(now) <= now:
            self._attempt(self._snapshot, now)
        elif self._knock_is_due(now):
            self._attempt(self._knock, now, what="signing in")

    def deliver(self) -> None:
        """Bring what waits to the centre, once it may be tried again."""
        now = self.node.clock()
        if not self.node.outbox.waiting():
            self._health.works("delivery")
        elif self._is_mapped() and self._delivery.allows(now):
            self._deliver(now)

    def notice_commands(self) -> None:
        """Take note of what a person has done by hand meanwhile: enrolled, or taken a snapshot."""
        now, answer = self.node.clock(), self.node.state.last_answer()
        self._health.worked_elsewhere("check-in", _believed(answer.received_at if answer else None, now))
        for what in ("reading", "signing in"):
            self._health.worked_elsewhere(what, _believed(self.node.state.last_reading(), now))

    def planned(self, now: datetime) -> datetime | None:
        """When the next snapshot will be taken; None as long as the centre takes none."""
        return self._next_snapshot(now) if self._is_mapped() else None

    def _next_snapshot(self, now: datetime) -> datetime:
        moments = (_believed(self.node.state.last_reading(), now), _believed(self._gave_up_at, now))
        ends = [moment for moment in moments if moment]
        if Order.SNAPSHOT in self._orders:
            # As if it had never been read: at once, or at the end of the quiet hours.
            ends = []
        return self._timetable.next_due(max(ends, default=None), now)

    def _answer(self) -> CheckinAnswer:
        if offer := waiting_offer(self.node.vault):
            # A command that gave this node new keys was stopped half-way.
            return settle(self.node, offer)
        centre = self._centre()
        said = standing_of(self.node.state, self.node.keys.node_id)
        if said is None or (said.state is NodeState.PENDING and waiting_ticket(self.node.vault)):
            return self.node.register(centre)
        try:
            return centre.checkin(database=self._database(), queued=self.node.outbox.waiting())
        except UnknownNode:
            return self.node.register(centre)

    def _centre(self) -> CentreClient:
        """One line for all calls: to load every trusted certificate anew each minute would be a waste."""
        if self._line is None:
            self._line = self.node.centre()
        return self._line

    def _hang_up(self) -> None:
        """The next call takes the proxy's password and the certificates as they are then."""
        self._line = None  # not closed: the other job may be in mid-call on it

    def _database(self) -> str:
        """The database in one word, for the centre's board: ok, unknown, or the code of what is wrong."""
        if error := self._health.error(Area.DATABASE):
            return error.code
        return "ok" if self._knocked_at or self.node.state.last_reading() else "unknown"

    def _is_mapped(self) -> bool:
        said = standing_of(self.node.state, self.node.keys.node_id)
        return said is not None and said.state is NodeState.MAPPED

    def _knock_is_due(self, now: datetime) -> bool:
        return self._knocked_at is None or not timedelta() <= now - self._knocked_at < KNOCK_EVERY

    def _attempt(self, work: Callable[[datetime], None], now: datetime, *, what: str = "reading") -> None:
        try:
            work(now)
        except CollectionRunning:
            return  # somebody runs `sinergi snapshot`; what it finds will show
        except ExplainedError as error:
            self._could_not_read(what, error, now)
            return
        self._health.works(what)
        self._reading.worked()

    def _could_not_read(self, what: str, error: ExplainedError, now: datetime) -> None:
        self._health.failed(what, error, now)
        if error.retry_helps:
            self._reading.failed(error, now)
        else:
            # Somebody must act first; the schedule tries again, and so do an order and a command.
            self._gave_up_at = self._knocked_at = now
        note(f"{what} failed", error=error.slug, again=self._reading.not_before)

    def _snapshot(self, now: datetime) -> None:
        outcome = self._read_as_ordered()
        self._let_in(now)
        self._health.works("outbox")
        if outcome.result is SnapshotResult.QUEUED:
            self._delivery.worked()
            self._health.works("judgement")

    def _read_as_ordered(self) -> SnapshotOutcome:
        """Read the budget; what was ordered before it began is done, also where only a person can go on."""
        ordered = self._orders.open()
        try:
            outcome = self.node.snapshot()
        except ExplainedError as error:
            if not error.retry_helps:
                self._orders.done(ordered, Order.SNAPSHOT)
            raise
        self._orders.done(ordered, Order.SNAPSHOT)
        return outcome

    def _probe(self, now: datetime) -> None:
        ordered = self._orders.open()
        try:
            steps = self._desk.try_newest()
        finally:
            self._orders.done(ordered, Order.PROBE)
            self._report_access(now)
        failed = next((step for step in steps if step.result is StepResult.FAILED), None)
        if failed is not None:
            raise _explained(failed)
        if steps:
            self._let_in(now)

    def _report_access(self, now: datetime) -> None:
        if not self._is_mapped():
            return
        try:
            self._desk.tell(self._centre(), now)
        except ExplainedError as error:
            note("access not reported", error=error.slug)  # tried again at the next check-in

    def _knock(self, now: datetime) -> None:
        self.node.sign_in()
        self._let_in(now)
        if isinstance(self._health.standing("reading"), _AT_THE_DOOR):
            # What kept the last reading out is over; what it found inside would still stand.
            self._health.works("reading")
            self._gave_up_at = None

    def _let_in(self, now: datetime) -> None:
        self._knocked_at = now
        self._health.works("signing in")

    def _deliver(self, now: datetime) -> None:
        try:
            pushed = self.node.push(self._centre())
        except SnapshotDamaged as error:
            self._health.failed("outbox", error, now)  # until the budget, which is due at once, was read anew
            note("snapshot damaged", error=error.slug)
            return
        except ExplainedError as error:
            self._delivery.failed(error, now)
            self._hang_up()
            self._health.failed("delivery", error, now, area=_area_of_delivery(error))
            note("delivery failed", error=error.slug, again=self._delivery.not_before)
            return
        self._health.works("delivery")
        self._delivery.worked()
        if any(one.result is PushResult.WAITING for one in pushed):
            self._delivery.failed(None, now)  # not judged yet: asked again a little later
        for one in pushed:
            self._judged(one, now)

    def _judged(self, one: Pushed, now: datetime) -> None:
        note("snapshot pushed", snapshot=one.snapshot.snapshot_id, result=one.result.value, reason=one.reason)
        if one.result is PushResult.REFUSED:
            self._health.failed("judgement", _refused(one), now, area=Area.SNAPSHOT)
        else:
            self._health.works("judgement")


def _believed(moment: datetime | None, now: datetime) -> datetime | None:
    """A moment of the past; one that is still to come is from a clock that was ahead, and says nothing."""
    return moment if moment and moment <= now + _CLOCKS_SLIP else None


def _area_of_delivery(error: ExplainedError) -> Area:
    # What the centre refuses for good is about the snapshot; a proxy or a certificate is about the line.
    is_final = isinstance(error, RefusedByCentre) and not error.retry_helps
    return Area.SNAPSHOT if is_final else area_of(error)


def _explained(step: ProbeStep) -> ConnectorError:
    """The error that a failed step reports."""
    kinds = {kind.code: kind for kind in ConnectorError.__subclasses__()}
    return kinds.get(step.code, ConnectorError)(
        step.detail, remedy=step.remedy or T("Run `sudo sinergi source probe`.")
    )


def _refused(pushed: Pushed) -> SnapshotRefused:
    return SnapshotRefused(
        T("The centre refused the last snapshot: {reason}", reason=pushed.reason),
        remedy=T("Correct the finance database, then run `sudo sinergi snapshot`."),
    )
