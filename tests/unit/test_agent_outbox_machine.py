"""Whatever happens in whatever order, with restarts in between, the outbox holds what it promised."""

from __future__ import annotations

import sqlite3
import tempfile
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from agent.sign import restated, sign_manifest
from agent.storage.outbox import Delivery, Outbox
from tests.fakes.drafts import Draft, draft, node_keys

NOW = datetime(2026, 1, 20, 3, 0, tzinfo=UTC)
YEARS = (2026, 2027)
OPEN = {Delivery.QUEUED, Delivery.OFFERED, Delivery.COMMITTED}


class OutboxMachine(RuleBasedStateMachine):
    """The model is a list of (draft, state), oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.file = Path(self.folder.name) / "outbox.db"
        self.outbox = Outbox(self.file)
        self.model: dict[str, tuple[Draft, Delivery]] = {}
        self.numbers = count(1)

    def teardown(self) -> None:
        self.outbox.close()
        self.folder.cleanup()

    def chosen(self, data: Any, *states: Delivery) -> str:
        among = [name for name, (_, state) in self.model.items() if state in states]
        return str(data.draw(st.sampled_from(among)))

    def has(self, *states: Delivery) -> bool:
        return any(state in states for _, state in self.model.values())

    def move(self, name: str, to: Delivery) -> None:
        self.model[name] = (self.model[name][0], to)

    def queued(self, tahun: int) -> list[str]:
        return [
            name
            for name, (one, state) in self.model.items()
            if state is Delivery.QUEUED and one.manifest.tahun_anggaran == tahun
        ]

    @rule(rupiah=st.integers(1, 3), tahun=st.sampled_from(YEARS))
    def queue(self, rupiah: int, tahun: int) -> None:
        one = draft(next(self.numbers), 100, rupiah, tahun=tahun)
        self.outbox.queue(one.manifest, one.signed, one.frames.__getitem__, now=NOW)
        for name in self.queued(tahun):
            self.move(name, Delivery.REPLACED)
        self.model[one.snapshot_id] = (one, Delivery.QUEUED)

    @precondition(lambda self: self.has(Delivery.QUEUED))
    @rule(data=st.data())
    def offer(self, data: Any) -> None:
        name = self.chosen(data, Delivery.QUEUED)
        assert self.outbox.offered(name)
        self.move(name, Delivery.OFFERED)

    @precondition(lambda self: self.has(Delivery.OFFERED))
    @rule(data=st.data())
    def withdraw(self, data: Any) -> None:
        name = self.chosen(data, Delivery.OFFERED)
        later = self.queued(self.model[name][0].manifest.tahun_anggaran)
        self.outbox.withdrawn(name)
        self.move(name, Delivery.REPLACED if later else Delivery.QUEUED)

    @precondition(lambda self: self.has(Delivery.OFFERED, Delivery.COMMITTED))
    @rule(data=st.data())
    def commit(self, data: Any) -> None:
        name = self.chosen(data, Delivery.OFFERED, Delivery.COMMITTED)
        self.outbox.committed(name, b"commit")
        self.move(name, Delivery.COMMITTED)

    @precondition(lambda self: self.has(Delivery.COMMITTED))
    @rule(data=st.data(), sound=st.booleans())
    def end(self, data: Any, sound: bool) -> None:
        name = self.chosen(data, Delivery.COMMITTED)
        if sound:
            self.outbox.done(name, b"final")
        else:
            self.outbox.refused(name, b"refused")
        self.move(name, Delivery.DONE if sound else Delivery.REFUSED)

    @precondition(lambda self: self.has(*OPEN))
    @rule(data=st.data())
    def sign_again(self, data: Any) -> None:
        name = self.chosen(data, *OPEN)
        old = self.model[name][0]
        tahun = old.manifest.tahun_anggaran
        later = [other for other in self.queued(tahun) if other != name]
        manifest = restated(old.manifest, next(self.numbers), old.manifest.node_id)
        new = Draft(manifest, sign_manifest(manifest, node_keys()), old.frames)
        self.outbox.signed_again(name, new.manifest, new.signed, now=NOW)
        self.move(name, Delivery.REPLACED)
        if not later:
            self.model[new.snapshot_id] = (new, Delivery.QUEUED)

    @precondition(lambda self: self.has(*set(Delivery) - OPEN))
    @rule(data=st.data())
    def touch_what_is_finished(self, data: Any) -> None:
        name = self.chosen(data, *set(Delivery) - OPEN)
        self.outbox.offered(name)
        self.outbox.withdrawn(name)
        self.outbox.set_aside(name)

    @rule()
    def restart(self) -> None:
        self.outbox.close()
        self.outbox = Outbox(self.file)

    @invariant()
    def every_state_is_as_promised(self) -> None:
        found = {one.snapshot_id: one.state for one in self.outbox.history(1000)}
        assert found == {name: state for name, (_, state) in self.model.items()}

    @invariant()
    def at_most_one_waits_a_year(self) -> None:
        assert all(len(self.queued(tahun)) <= 1 for tahun in YEARS)

    @invariant()
    def what_is_unfinished_can_be_sent_whole(self) -> None:
        for name, (one, state) in self.model.items():
            if state in OPEN:
                assert self.outbox.envelope(name) == one.signed
                sent = list(self.outbox.frames(name, one.plain))
                assert sent == [one.frames[entry.frame_sha256] for entry in one.manifest.segments]

    @invariant()
    def no_frame_is_kept_for_nothing(self) -> None:
        needed = {sha256 for one, state in self.model.values() if state in OPEN for sha256 in one.frames}
        with sqlite3.connect(self.file) as connection:
            kept = {name for (name,) in connection.execute("SELECT frame_sha256 FROM frames")}
        assert kept == needed

    @invariant()
    def what_the_centre_may_have_goes_first(self) -> None:
        order = [one.state is Delivery.QUEUED for one in self.outbox.unfinished()]
        assert order == sorted(order)


OutboxMachine.TestCase.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
TestOutboxMachine = OutboxMachine.TestCase
