"""Pushing: three calls that may each break, and a snapshot that arrives all the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.errors import CentreBusy, CentreNotConfirmed, CentreUnreachable, NotACentre, SnapshotDamaged
from agent.push import PushResult
from agent.receipts import verified
from agent.storage.outbox import Delivery
from contract.errors import BadSignature, ExplainedError, ForeignPemda, NodeNotMapped, StaleSequence
from contract.wire.receipt import ReceiptType
from contract.wire.states import NodeState, SnapshotState
from tests.fakes.agent_world import FakeWorld, fake_world
from tests.fakes.centre import FakeCentre
from tests.fakes.line import Fault
from tests.fakes.source import FakeSource

DAMAGES = {
    "a frame was changed": "UPDATE frames SET frame = x'00'",
    "a frame is missing": "DELETE FROM frames WHERE rowid = (SELECT min(rowid) FROM frames)",
    "a frame is not named": "DELETE FROM segments WHERE sha256 = (SELECT min(sha256) FROM segments)",
    "the payload was changed": "UPDATE snapshots SET envelope = substr(envelope, 2)",
    "the signature was changed": (
        "UPDATE snapshots SET envelope = CAST(replace(envelope, 'sig\":\"', 'sig\":\"AAAA') AS BLOB)"
    ),
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[FakeWorld]:
    world = fake_world(tmp_path)
    yield world
    world.node.close()


def queued(world: FakeWorld, *rupiah: int) -> str:
    snapshot_id = world.node.snapshot(FakeSource.of(*rupiah)).snapshot_id
    assert snapshot_id is not None
    return snapshot_id


def states(world: FakeWorld) -> dict[str, Delivery]:
    return {one.snapshot_id: one.state for one in world.node.outbox.history()}


class TestDelivery:
    """The way that everything goes well."""

    def test_nothing_waits_and_nothing_is_asked(self, world: FakeWorld) -> None:
        assert world.node.push() == []
        assert world.centre.requests == []

    def test_a_snapshot_takes_two_calls(self, world: FakeWorld) -> None:
        snapshot_id = queued(world, 100, 200)

        (pushed,) = world.node.push()

        assert pushed.result is PushResult.DELIVERED
        assert pushed.receipt is not None
        assert pushed.receipt.type is ReceiptType.FINAL
        place = f"/v1/snapshots/{snapshot_id}"
        assert world.centre.requests == [("PUT", place), ("POST", place + "/segments")]
        assert states(world) == {snapshot_id: Delivery.DONE}

    def test_an_unchanged_skpd_is_never_sent_again(self, world: FakeWorld) -> None:
        queued(world, 100, 200, 300)
        world.node.push()
        world.centre.received_frames.clear()

        queued(world, 100, 999, 300)
        world.node.push()

        assert len(world.centre.received_frames) == 1

    def test_a_snapshot_of_known_segments_needs_no_upload(self, world: FakeWorld) -> None:
        queued(world, 100, 200)
        world.node.push()
        queued(world, 100, 999)
        world.node.push()
        world.centre.requests.clear()

        queued(world, 100, 200)
        world.node.push()

        assert [method for method, _ in world.centre.requests] == ["PUT"]

    def test_what_is_acknowledged_is_remembered(self, world: FakeWorld) -> None:
        taken = world.node.snapshot(FakeSource.of(100))

        world.node.push()

        acknowledged = world.node.state.acknowledged(2026)
        assert acknowledged is not None
        assert acknowledged.content_id == taken.manifest.content_id

    def test_a_snapshot_that_is_not_judged_yet_waits_and_is_asked_about(self, world: FakeWorld) -> None:
        world.centre.judges = False
        snapshot_id = queued(world, 100)

        (first,) = world.node.push()
        assert (first.result, states(world)) == (PushResult.WAITING, {snapshot_id: Delivery.COMMITTED})

        world.centre.judge_all()
        world.centre.requests.clear()
        (second,) = world.node.push()
        assert second.result is PushResult.DELIVERED
        assert world.centre.requests == [("GET", f"/v1/snapshots/{snapshot_id}")]

    def test_a_signed_refusal_ends_a_snapshot_and_gives_its_reason(self, world: FakeWorld) -> None:
        world.centre.refuses = "Kode rekening tidak dikenal."
        snapshot_id = queued(world, 100)

        (pushed,) = world.node.push()

        assert (pushed.result, pushed.reason) == (PushResult.REFUSED, "Kode rekening tidak dikenal.")
        assert states(world) == {snapshot_id: Delivery.REFUSED}
        assert world.node.state.acknowledged(2026) is None

    def test_a_refused_budget_is_tried_again_with_the_next_snapshot(self, world: FakeWorld) -> None:
        world.centre.refuses = "Bagan akun belum dimuat."
        queued(world, 100)
        world.node.push()
        world.centre.refuses = ""

        queued(world, 100)

        assert world.node.push()[0].result is PushResult.DELIVERED


class TestBrokenLines:
    """A break at any point is only a delay."""

    @pytest.mark.parametrize(
        "fault", [Fault.LOST_ANSWER, Fault.LOST_REQUEST, Fault.NO_CONNECTION, Fault.GATEWAY, Fault.LOGIN_PAGE]
    )
    @pytest.mark.parametrize("call", [0, 1])
    def test_a_break_in_either_call_is_made_good(self, world: FakeWorld, fault: Fault, call: int) -> None:
        snapshot_id = queued(world, 100, 200)
        world.line.faults = [Fault.NONE] * call + [fault]
        with pytest.raises((CentreUnreachable, NotACentre)):
            world.node.push()
        world.node.restart()

        (pushed,) = world.node.push()

        assert (pushed.snapshot.snapshot_id, pushed.result) == (snapshot_id, PushResult.DELIVERED)

    def test_whole_frames_that_arrived_are_not_sent_again(self, world: FakeWorld) -> None:
        queued(world, *range(1, 10))
        world.line.faults = [Fault.NONE, Fault.CUT_UPLOAD]
        with pytest.raises(CentreUnreachable):
            world.node.push()
        arrived = len(world.centre.received_frames)

        world.node.push()

        assert 0 < arrived < 10
        assert len(world.centre.received_frames) == len(set(world.centre.received_frames)) == 10

    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(faults=st.lists(st.sampled_from(list(Fault)), max_size=8), data=st.data())
    def test_whatever_the_line_does_the_last_budget_arrives(
        self, tmp_path_factory: pytest.TempPathFactory, faults: list[Fault], data: st.DataObject
    ) -> None:
        world = fake_world(tmp_path_factory.mktemp("line"))
        world.line.faults = list(faults)
        last = ""
        for _ in range(data.draw(st.integers(1, 3))):
            taken = world.node.snapshot(FakeSource.of(100, data.draw(st.integers(1, 9))))
            last = taken.snapshot_id or last
            try:
                world.node.push()
            except ExplainedError:
                world.node.restart()
        world.line.faults.clear()

        world.node.push()

        assert world.centre.state_of(last) is SnapshotState.RECEIVED
        # What was committed is finished, too: nothing is left half there.
        assert {kept.state for kept in world.centre.snapshots.values()} == {SnapshotState.RECEIVED}
        assert world.node.outbox.waiting() == 0
        world.node.close()

    def test_a_snapshot_that_never_left_gives_way_to_a_later_one(self, world: FakeWorld) -> None:
        old = queued(world, 100)
        world.line.faults = [Fault.NO_CONNECTION]
        with pytest.raises(CentreUnreachable):
            world.node.push()

        new = queued(world, 999)
        world.node.push()

        assert world.centre.state_of(old) is None
        assert world.centre.state_of(new) is SnapshotState.RECEIVED

    def test_a_snapshot_that_may_have_arrived_is_finished_first(self, world: FakeWorld) -> None:
        old = queued(world, 100)
        world.line.faults = [Fault.LOST_ANSWER]
        with pytest.raises(CentreUnreachable):
            world.node.push()

        new = queued(world, 999)
        pushed = world.node.push()

        assert [one.snapshot.snapshot_id for one in pushed] == [old, new]

    def test_a_busy_centre_is_told_from_a_broken_line(self, world: FakeWorld) -> None:
        snapshot_id = queued(world, 100)
        world.line.faults = [Fault.BUSY]

        with pytest.raises(CentreBusy):
            world.node.push()

        assert states(world) == {snapshot_id: Delivery.QUEUED}

    def test_a_snapshot_that_met_a_busy_centre_does_not_count_as_the_last_one(self, world: FakeWorld) -> None:
        queued(world, 100)
        world.line.faults = [Fault.NONE, Fault.LOST_REQUEST]
        with pytest.raises(CentreUnreachable):
            world.node.push()
        queued(world, 999)
        world.line.faults = [Fault.BUSY]
        with pytest.raises(CentreBusy):
            world.node.push()
        world.node.push()

        assert world.node.outbox.waiting() == 0
        queued(world, 100)  # what the centre has is the budget of 999


class TestNumbers:
    """A number that the centre has seen is never an end."""

    def test_a_stale_snapshot_is_signed_again_under_a_later_number(self, world: FakeWorld) -> None:
        old = queued(world, 100)
        world.centre.nodes[world.node.keys.node_id].last_sequence = 41

        (pushed,) = world.node.push()

        assert (pushed.result, pushed.snapshot.sequence) == (PushResult.DELIVERED, 42)
        assert states(world)[old] is Delivery.REPLACED

    def test_a_stale_snapshot_gives_way_to_one_that_waits_behind_it(self, world: FakeWorld) -> None:
        old = queued(world, 100)
        world.line.faults = [Fault.LOST_REQUEST]
        with pytest.raises(CentreUnreachable):
            world.node.push()
        new = queued(world, 999)
        world.centre.nodes[world.node.keys.node_id].last_sequence = 1

        (pushed,) = world.node.push()

        assert pushed.snapshot.snapshot_id == new
        assert world.centre.state_of(old) is None

    def test_a_centre_that_finds_every_number_stale_ends_the_push(self, world: FakeWorld) -> None:
        queued(world, 100)
        node = world.centre.nodes[world.node.keys.node_id]
        node.last_sequence = 10**9
        world.centre.says_last_sequence = 5

        with pytest.raises(StaleSequence):
            world.node.push()

    def test_a_commitment_that_the_centre_forgot_is_made_again(self, world: FakeWorld) -> None:
        # A centre that was restored from a backup knows neither the snapshot nor its segments.
        world.centre.judges = False
        snapshot_id = queued(world, 100)
        world.node.push()
        world.centre.snapshots.clear()
        world.centre.segments.clear()
        world.centre.nodes[world.node.keys.node_id].last_sequence = 0
        world.centre.judges = True

        (pushed,) = world.node.push()

        assert (pushed.snapshot.snapshot_id, pushed.result) == (snapshot_id, PushResult.DELIVERED)

    def test_another_centre_gets_what_the_last_one_has(self, world: FakeWorld) -> None:
        queued(world, 100)
        world.node.push()
        other = FakeCentre(world.clock, world.centre.public_url)
        world.line.carries_to(other.handle)
        file = world.node.paths.config_file
        file.write_text(file.read_text().replace(world.centre.key_id, other.key_id))
        world.node.restart()
        world.node.client.register()
        other.map(world.node.keys.node_id, "11.10")
        world.node.checkin()

        snapshot_id = queued(world, 100)
        world.node.push()

        assert other.state_of(snapshot_id) is SnapshotState.RECEIVED


class TestProof:
    """Nothing is deleted without a receipt that the pinned key has signed."""

    def forged(self, world: FakeWorld) -> FakeCentre:
        """A centre of another key that knows everything the real one knows."""
        false = FakeCentre(world.clock, world.centre.public_url)
        false.nodes, false.snapshots, false.segments = (
            world.centre.nodes,
            world.centre.snapshots,
            world.centre.segments,
        )
        return false

    def test_a_receipt_by_another_key_deletes_nothing(self, world: FakeWorld) -> None:
        snapshot_id = queued(world, 100)
        world.line.carries_to(self.forged(world).handle)

        with pytest.raises(CentreNotConfirmed, match="does not trust"):
            world.node.push()

        assert states(world) == {snapshot_id: Delivery.OFFERED}
        assert world.node.outbox.receipts() == []

    def test_the_receipt_of_another_snapshot_deletes_nothing(self, world: FakeWorld) -> None:
        first = queued(world, 100)
        world.node.push()
        second = queued(world, 999)
        answers = world.centre.snapshots[first].receipts
        world.centre.adds_receipts = list(answers)

        with pytest.raises(BadSignature, match="another snapshot"):
            world.node.push()

        assert states(world)[second] is Delivery.OFFERED

    def test_a_centre_without_a_commit_receipt_is_not_believed(self, world: FakeWorld) -> None:
        snapshot_id = queued(world, 100)
        world.centre.withholds_receipts = True

        with pytest.raises(NotACentre, match="no commit receipt"):
            world.node.push()

        assert states(world) == {snapshot_id: Delivery.OFFERED}

    def test_a_centre_that_takes_segments_and_still_lacks_them_ends_the_push(self, world: FakeWorld) -> None:
        queued(world, 100)
        world.centre.forgets_segments = True

        with pytest.raises(NotACentre, match="still lacks"):
            world.node.push()

    def test_receipts_stay_provable_after_the_centre_changes_its_key(self, world: FakeWorld) -> None:
        queued(world, 100)
        world.node.push()
        world.centre.rotate_key()
        world.node.client.who()
        queued(world, 999)
        world.node.push()

        kept = [verified(one.envelope, world.node.state) for one in world.node.outbox.receipts()]

        assert len({receipt.centre_key_id for receipt in kept}) == 2


class TestRefusals:
    """What cannot go now does not hold up what can."""

    def test_a_node_that_is_not_mapped_any_more_keeps_its_snapshot(self, world: FakeWorld) -> None:
        snapshot_id = queued(world, 100)
        world.centre.nodes[world.node.keys.node_id].state = NodeState.SUSPENDED

        with pytest.raises(NodeNotMapped):
            world.node.push()

        assert states(world) == {snapshot_id: Delivery.QUEUED}

    def test_one_refused_year_does_not_hold_up_another(self, world: FakeWorld) -> None:
        refused = queued(world, 100)
        world.centre.map(world.node.keys.node_id, "33.20")
        world.node.checkin()
        file = world.node.paths.config_file
        file.write_text(file.read_text().replace("tahun = 2026", "tahun = 2027"))
        world.node.restart()
        accepted = queued(world, 100)

        with pytest.raises(ForeignPemda, match="sinergi snapshot"):
            world.node.push()

        assert states(world) == {refused: Delivery.QUEUED, accepted: Delivery.DONE}

    @pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
    def test_a_damaged_snapshot_is_never_promised_and_its_budget_is_due_again(
        self, world: FakeWorld, damage: str
    ) -> None:
        damaged = queued(world, 100)
        world.node.state.keep_reading(world.clock())
        with sqlite3.connect(world.node.paths.outbox_file) as connection:
            connection.execute(damage)

        with pytest.raises(SnapshotDamaged):
            world.node.push()

        assert world.centre.requests == []
        assert states(world) == {damaged: Delivery.DAMAGED}
        assert world.node.state.last_reading() is None
        queued(world, 100)
        assert world.node.push()[0].result is PushResult.DELIVERED
