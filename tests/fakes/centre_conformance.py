"""What any centre must do for a node, real or fake; a fake that lies fails here.

A test module inherits `CentreConformance` and gives it a fixture `site`.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

import pytest

from agent.deliver import PushResult
from agent.errors import CentreUnreachable
from agent.host import Host
from agent.receipts import verified
from agent.sign import sign_manifest
from agent.succession import make_offer, settle, waiting_offer
from contract.errors import (
    ExplainedError,
    ForeignPemda,
    FrameMismatch,
    NodeNotMapped,
    SnapshotNotOpen,
    StaleSequence,
    SuccessionRefused,
    TicketUsed,
    UnknownNode,
    UnknownSnapshot,
    UnknownTicket,
)
from contract.wire.messages import Order, SnapshotAnswer
from contract.wire.receipt import ReceiptType
from contract.wire.states import NodeState, SnapshotState
from contract.wire.succession import SuccessionKind
from contract.wire.ticket import Ticket
from tests.fakes.agent_world import HOST, KODE_PEMDA, AgentWorld
from tests.fakes.line import Fault, FaultyLine
from tests.fakes.source import FakeSource

OTHER_PEMDA = "11.17"


class Site(Protocol):
    """A centre under test, and what its officers would do."""

    def node(self) -> AgentWorld:
        """A new node of a new folder on a line to this centre, not registered yet."""
        ...

    def map(self, node: AgentWorld, kode_pemda: str) -> None:
        """Map a registered node to a Pemda, as two officers do."""
        ...

    def ticket(self) -> Ticket:
        """An install ticket that an officer has just issued."""
        ...

    def ask_snapshot(self, node: AgentWorld) -> None:
        """Ask a mapped node for a snapshot, as an officer does."""
        ...

    def set_schedule(self, line: str) -> None:
        """Set when the node of KODE_PEMDA reads, as an officer does."""
        ...


class CentreConformance:
    """The claims; each test gets a fresh `site`."""

    @pytest.fixture
    def mapped(self, site: Site) -> AgentWorld:
        return self.enrolled(site, KODE_PEMDA)

    def enrolled(self, site: Site, kode_pemda: str) -> AgentWorld:
        node = site.node()
        node.client.register()
        site.map(node, kode_pemda)
        node.checkin()
        return node

    def committed(self, node: AgentWorld, source: FakeSource) -> tuple[str, SnapshotAnswer]:
        snapshot_id = node.snapshot(source).snapshot_id
        assert snapshot_id is not None
        return snapshot_id, node.client.commit(snapshot_id, node.outbox.envelope(snapshot_id))

    def test_a_node_waits_until_it_is_mapped(self, site: Site) -> None:
        node = site.node()
        assert node.client.register().state is NodeState.PENDING
        assert node.checkin().kode_pemda is None

        site.map(node, KODE_PEMDA)

        answer = node.checkin()
        assert (answer.state, answer.kode_pemda) == (NodeState.MAPPED, KODE_PEMDA)

    def test_a_ticket_lets_one_node_in_as_often_as_it_asks(self, site: Site) -> None:
        node, ticket = site.node(), site.ticket()
        first = node.client.register(ticket)

        again = node.client.register(ticket)

        assert (first.node_id, first.state) == (again.node_id, again.state)
        assert again.state is NodeState.PENDING

    def test_a_ticket_lets_no_second_node_in(self, site: Site) -> None:
        ticket = site.ticket()
        site.node().client.register(ticket)

        with pytest.raises(TicketUsed):
            site.node().client.register(ticket)

    def test_a_ticket_of_nobody_lets_nobody_in(self, site: Site) -> None:
        with pytest.raises(UnknownTicket):
            site.node().client.register(replace(site.ticket(), secret=b"s" * 16))

    def test_registering_again_is_the_same_node(self, site: Site) -> None:
        node = site.node()

        answers = [node.client.register(), node.client.register()]

        assert answers[0].match_nonce == answers[1].match_nonce

    def test_each_checkin_counts_one_further(self, mapped: AgentWorld) -> None:
        first = mapped.checkin()

        assert mapped.checkin().counter == first.counter + 1

    def test_a_lost_answer_is_had_again(self, mapped: AgentWorld) -> None:
        assert isinstance(mapped.transport, FaultyLine)
        counter = mapped.state.counter()
        mapped.transport.faults = [Fault.LOST_ANSWER] * 2
        for _ in range(2):
            with pytest.raises(CentreUnreachable):
                mapped.checkin()

        answer = mapped.checkin()

        assert (answer.state, answer.counter) == (NodeState.MAPPED, counter + 1)

    def test_a_restored_state_goes_on_by_itself(self, mapped: AgentWorld) -> None:
        with mapped.restored_afterwards(mapped.folder.parent / "backup"):
            for _ in range(5):
                mapped.checkin()

        assert [mapped.checkin().state for _ in range(3)] == [NodeState.MAPPED] * 3

    def test_a_restored_state_whose_first_answer_is_lost_goes_on_too(self, mapped: AgentWorld) -> None:
        assert isinstance(mapped.transport, FaultyLine)
        with mapped.restored_afterwards(mapped.folder.parent / "backup"):
            for _ in range(5):
                mapped.checkin()
        mapped.transport.faults = [Fault.LOST_ANSWER]
        with pytest.raises(CentreUnreachable):
            mapped.checkin()

        assert [mapped.checkin().state for _ in range(3)] == [NodeState.MAPPED] * 3

    @pytest.mark.parametrize("host", [HOST, Host("db-salinan", "c" * 32, "0.1.0")], ids=["same", "other"])
    def test_two_machines_of_one_identity_are_stopped(self, mapped: AgentWorld, host: Host) -> None:
        with closing(mapped.copied(mapped.folder.parent / "copy", host)) as copy:
            states = [node.checkin().state for _ in range(2) for node in (mapped, copy)]

        assert states[-1] is NodeState.SUSPENDED
        assert mapped.checkin().state is NodeState.SUSPENDED

    def test_a_new_key_goes_on_where_the_old_one_was(self, mapped: AgentWorld) -> None:
        mapped.snapshot(FakeSource.of(100))
        mapped.push()

        answer = settle(mapped.node, make_offer(mapped.vault, mapped.keys, SuccessionKind.ROTATE))

        mapped.restart()
        assert (answer.node_id, answer.state) == (mapped.keys.node_id, NodeState.MAPPED)
        assert (answer.kode_pemda, answer.last_sequence) == (KODE_PEMDA, 1)
        assert mapped.checkin().state is NodeState.MAPPED

    def test_a_mapped_node_has_nothing_to_confirm(self, mapped: AgentWorld) -> None:
        with pytest.raises(SuccessionRefused):
            settle(mapped.node, make_offer(mapped.vault, mapped.keys, SuccessionKind.CONFIRM))

        assert waiting_offer(mapped.vault) is None

    def test_an_order_is_given_until_it_was_heard_and_then_no_more(
        self, site: Site, mapped: AgentWorld
    ) -> None:
        assert isinstance(mapped.transport, FaultyLine)
        site.ask_snapshot(mapped)
        mapped.transport.faults = [Fault.LOST_ANSWER]
        with pytest.raises(CentreUnreachable):
            mapped.checkin()

        assert [mapped.checkin().orders for _ in range(3)] == [(Order.SNAPSHOT,), (), ()]

    def test_each_asking_is_an_order_of_its_own(self, site: Site, mapped: AgentWorld) -> None:
        given = []
        for _ in range(2):
            site.ask_snapshot(mapped)
            given += [mapped.checkin().orders for _ in range(2)]

        assert given == [(Order.SNAPSHOT,), (), (Order.SNAPSHOT,), ()]

    def test_a_restored_node_that_has_forgotten_the_order_gets_it_again(
        self, site: Site, mapped: AgentWorld
    ) -> None:
        site.ask_snapshot(mapped)
        with mapped.restored_afterwards(mapped.folder.parent / "backup"):
            mapped.checkin()

        assert [mapped.checkin().orders for _ in range(2)] == [(Order.SNAPSHOT,), ()]

    def test_what_the_old_key_has_not_heard_the_new_one_hears(self, site: Site, mapped: AgentWorld) -> None:
        site.ask_snapshot(mapped)
        settle(mapped.node, make_offer(mapped.vault, mapped.keys, SuccessionKind.ROTATE))
        mapped.restart()

        assert [mapped.checkin().orders for _ in range(2)] == [(Order.SNAPSHOT,), ()]

    def test_what_the_old_key_has_heard_the_new_one_does_not_hear_again(
        self, site: Site, mapped: AgentWorld
    ) -> None:
        site.ask_snapshot(mapped)
        mapped.checkin()
        settle(mapped.node, make_offer(mapped.vault, mapped.keys, SuccessionKind.ROTATE))
        mapped.restart()

        assert mapped.checkin().orders == ()
        assert "snapshot" in mapped.state.open_orders()

    def test_a_node_is_told_the_schedule_once_it_is_mapped(self, site: Site) -> None:
        site.set_schedule("every 6h")
        node = site.node()
        told = [node.client.register().schedule, node.checkin().schedule]

        site.map(node, KODE_PEMDA)

        assert [*told, node.checkin().schedule] == [None, None, "every 6h"]

    def test_a_stranger_is_not_heard(self, site: Site) -> None:
        node = site.node()
        node.client.who()

        with pytest.raises(UnknownNode):
            node.checkin()

    def test_a_node_that_is_not_mapped_delivers_nothing(self, site: Site, mapped: AgentWorld) -> None:
        stranger = site.node()
        stranger.client.register()
        taken = mapped.snapshot(FakeSource.of(100)).manifest
        own = taken.model_copy(update={"node_id": stranger.keys.node_id})

        with pytest.raises(NodeNotMapped):
            stranger.client.commit(own.snapshot_id, sign_manifest(own, stranger.keys))

    def test_what_was_never_committed_is_unknown(self, mapped: AgentWorld) -> None:
        with pytest.raises(UnknownSnapshot):
            mapped.client.snapshot_state("0" * 64)

    def test_a_snapshot_is_delivered_with_both_receipts(self, mapped: AgentWorld) -> None:
        taken = mapped.snapshot(FakeSource.of(100, 200))

        (pushed,) = mapped.push()

        assert pushed.result is PushResult.DELIVERED
        kept = {one.type: verified(one.envelope, mapped.state) for one in mapped.outbox.receipts()}
        assert kept.keys() == {ReceiptType.COMMIT, ReceiptType.FINAL}
        assert {receipt.snapshot_id for receipt in kept.values()} == {taken.snapshot_id}
        assert {receipt.content_id for receipt in kept.values()} == {taken.manifest.content_id}

    def test_the_same_envelope_gets_the_same_receipt(self, mapped: AgentWorld) -> None:
        snapshot_id, first = self.committed(mapped, FakeSource.of(100))
        mapped.clock.pass_by(timedelta(minutes=2))

        again = mapped.client.commit(snapshot_id, mapped.outbox.envelope(snapshot_id))

        assert first.receipts == again.receipts

    def test_an_old_envelope_gets_its_receipt_after_a_later_one(self, mapped: AgentWorld) -> None:
        # The agent relies on it: what is stale was never committed.
        snapshot_id, first = self.committed(mapped, FakeSource.of(100))
        envelope = mapped.outbox.envelope(snapshot_id)
        self.committed(mapped, FakeSource.of(200))

        again = mapped.client.commit(snapshot_id, envelope)

        assert first.receipts == again.receipts

    def test_the_commit_says_what_is_lacking(self, mapped: AgentWorld) -> None:
        snapshot_id, answer = self.committed(mapped, FakeSource.of(100, 200))

        assert set(answer.lacking) == mapped.outbox.segments(snapshot_id)

    def test_two_commitments_that_share_segments_are_both_finished(self, mapped: AgentWorld) -> None:
        for rupiah in (200, 999):
            snapshot_id, answer = self.committed(mapped, FakeSource.of(100, rupiah))
            mapped.outbox.committed(snapshot_id, answer.receipts[0].encode())

        pushed = mapped.push()

        assert [one.result for one in pushed] == [PushResult.DELIVERED] * 2

    def test_two_commitments_of_one_content_are_both_finished(self, mapped: AgentWorld) -> None:
        for rupiah in (200, 999, 200):
            snapshot_id, answer = self.committed(mapped, FakeSource.of(100, rupiah))
            mapped.outbox.committed(snapshot_id, answer.receipts[0].encode())

        pushed = mapped.push()

        assert [one.result for one in pushed] == [PushResult.DELIVERED] * 3

    def test_an_unchanged_skpd_is_not_asked_for_again(self, mapped: AgentWorld) -> None:
        first = mapped.snapshot(FakeSource.of(100, 200)).manifest
        mapped.push()

        snapshot_id, answer = self.committed(mapped, FakeSource.of(100, 999))

        known = {entry.sha256 for entry in first.segments}
        assert set(answer.lacking) == mapped.outbox.segments(snapshot_id) - known
        assert len(answer.lacking) == 1

    def test_nobody_learns_what_another_pemda_has(self, site: Site, mapped: AgentWorld) -> None:
        mapped.snapshot(FakeSource.of(100, 200))
        mapped.push()
        other = self.enrolled(site, OTHER_PEMDA)

        snapshot_id, answer = self.committed(other, FakeSource.of(100, 200))

        assert set(answer.lacking) == other.outbox.segments(snapshot_id)

    def test_another_snapshot_under_an_old_number_is_stale(self, mapped: AgentWorld) -> None:
        taken = mapped.snapshot(FakeSource.of(100)).manifest
        mapped.push()
        other = taken.model_copy(update={"taken_at": mapped.clock()})

        with pytest.raises(StaleSequence):
            mapped.client.commit(other.snapshot_id, sign_manifest(other, mapped.keys))

    def test_a_snapshot_of_another_pemda_is_refused(self, mapped: AgentWorld) -> None:
        taken = mapped.snapshot(FakeSource.of(100)).manifest
        foreign = taken.model_copy(update={"kode_pemda": OTHER_PEMDA})

        with pytest.raises(ForeignPemda):
            mapped.client.commit(foreign.snapshot_id, sign_manifest(foreign, mapped.keys))

    def test_whole_frames_are_kept_when_what_follows_is_nonsense(self, mapped: AgentWorld) -> None:
        snapshot_id, answer = self.committed(mapped, FakeSource.of(100, 200, 300))
        frames = list(mapped.outbox.frames(snapshot_id, answer.lacking))

        nonsense = bytes(sum(len(frame) for frame in frames[2:]))

        with pytest.raises(ExplainedError):
            mapped.client.send_segments(snapshot_id, lambda: [*frames[:2], nonsense])

        assert mapped.client.snapshot_state(snapshot_id).lacking == answer.lacking[2:]

    def cut_off(self, mapped: AgentWorld, source: FakeSource) -> tuple[str, SnapshotAnswer]:
        """A committed snapshot whose first upload ended within a frame, and what the centre says of it."""
        assert isinstance(mapped.transport, FaultyLine)
        snapshot_id, answer = self.committed(mapped, source)
        mapped.transport.faults = [Fault.CUT_UPLOAD]
        with pytest.raises(CentreUnreachable):
            mapped.client.send_segments(
                snapshot_id, lambda: mapped.outbox.frames(snapshot_id, answer.lacking)
            )
        return snapshot_id, mapped.client.snapshot_state(snapshot_id)

    def test_a_frame_that_broke_off_goes_on_where_it_broke(self, mapped: AgentWorld) -> None:
        snapshot_id, broken = self.cut_off(mapped, FakeSource.of(100, 200, 300))
        (first, *others) = mapped.outbox.frames(snapshot_id, broken.lacking)
        assert 0 < broken.held < len(first)

        # Of what is left out nothing is looked at: it is not sent.
        untouched = bytes(broken.held) + first[broken.held :]
        answer = mapped.client.send_segments(snapshot_id, lambda: [untouched, *others], start=broken.held)

        assert answer.state is SnapshotState.RECEIVED
        assert (answer.lacking, answer.held) == ((), 0)

    def test_less_than_it_holds_may_be_left_out_too(self, mapped: AgentWorld) -> None:
        snapshot_id, broken = self.cut_off(mapped, FakeSource.of(100, 200, 300))

        answer = mapped.client.send_segments(
            snapshot_id, lambda: mapped.outbox.frames(snapshot_id, broken.lacking), start=broken.held - 1
        )

        assert answer.state is SnapshotState.RECEIVED

    def test_nothing_may_be_left_out_that_it_does_not_hold(self, mapped: AgentWorld) -> None:
        snapshot_id, broken = self.cut_off(mapped, FakeSource.of(100, 200, 300))

        with pytest.raises(SnapshotNotOpen):
            mapped.client.send_segments(
                snapshot_id, lambda: mapped.outbox.frames(snapshot_id, broken.lacking), start=broken.held + 1
            )

        assert mapped.client.snapshot_state(snapshot_id).lacking == broken.lacking

    def test_a_frame_whose_pieces_do_not_fit_is_refused_and_sent_whole(self, mapped: AgentWorld) -> None:
        snapshot_id, broken = self.cut_off(mapped, FakeSource.of(100, 200, 300))
        frames = list(mapped.outbox.frames(snapshot_id, broken.lacking))
        nonsense = bytes(len(frames[0]))

        with pytest.raises(FrameMismatch):
            mapped.client.send_segments(snapshot_id, lambda: [nonsense, *frames[1:]], start=broken.held)

        after = mapped.client.snapshot_state(snapshot_id)
        assert (after.lacking, after.held) == (broken.lacking, 0)
        (pushed,) = mapped.push()
        assert pushed.result is PushResult.DELIVERED

    def test_what_lets_the_rest_not_through_may_take_the_whole(self, mapped: AgentWorld) -> None:
        self.cut_off(mapped, FakeSource.of(100, 200, 300))
        assert isinstance(mapped.transport, FaultyLine)
        mapped.transport.faults = [Fault.NONE, Fault.LOGIN_PAGE]

        (pushed,) = mapped.push()

        assert pushed.result is PushResult.DELIVERED

    def test_a_clock_that_is_off_is_told_so_and_followed(self, mapped: AgentWorld) -> None:
        ahead = timedelta(hours=3)
        mapped.client.close()
        centres_clock = mapped.clock
        mapped.clock = replace(centres_clock, now=centres_clock.now + ahead)
        mapped.client = mapped.line()

        answer = mapped.checkin()

        assert answer.state is NodeState.MAPPED
        assert mapped.state.clock_offset() == -ahead
