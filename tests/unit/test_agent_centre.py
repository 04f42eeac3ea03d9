"""The client of the centre: whom it trusts, what it repeats, and how it explains what went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.errors import (
    CentreBusy,
    CentreKeyChanged,
    CentreNotConfirmed,
    CentreUnreachable,
    NotACentre,
)
from agent.line.refusals import refusal
from agent.line.transport import Reply
from agent.line.trust import Trust
from agent.standing import standing
from contract import errors
from contract.errors import ClockSkew, ExplainedError, UnknownNode
from contract.wire.messages import Problem
from contract.wire.states import NodeState
from tests.fakes.agent_world import HOST, FakeWorld, fake_world
from tests.fakes.line import Fault, FaultyLine
from tests.fakes.source import FakeSource


@pytest.fixture
def world(tmp_path: Path) -> Iterator[FakeWorld]:
    world = fake_world(tmp_path)
    yield world
    world.node.close()


def without_configured_key(world: FakeWorld) -> FakeWorld:
    """A node of which agent.toml does not say which centre it has to be."""
    file = world.node.paths.config_file
    file.write_text("\n".join(line for line in file.read_text().splitlines() if not line.startswith("key")))
    world.node.close()
    world.node.paths.state_file.unlink()
    world.node.open()
    return world


class TestTrust:
    """The centre is known by its key."""

    def test_a_configured_fingerprint_is_met_without_asking_anyone(self, world: FakeWorld) -> None:
        assert world.node.client.who().trust is Trust.KNOWN

    def test_another_key_than_the_configured_one_is_refused(self, world: FakeWorld) -> None:
        world.node.close()
        world.node.paths.state_file.unlink()
        world.node.open()
        world.centre.key = Ed25519PrivateKey.generate()

        with pytest.raises(CentreKeyChanged, match="by telephone"):
            world.node.client.register()

        assert world.node.state.trusted_centre() is None

    def test_the_first_key_is_shown_and_not_believed(self, world: FakeWorld) -> None:
        without_configured_key(world)

        seen = world.node.client.who()

        assert seen.trust is Trust.UNCONFIRMED
        assert seen.fingerprint.replace(" ", "").lower() == world.centre.key_id
        with pytest.raises(CentreNotConfirmed, match="sinergi enrol"):
            world.node.client.register()

    def test_the_confirmed_key_is_remembered(self, world: FakeWorld) -> None:
        without_configured_key(world)
        world.node.client.trust(world.node.client.who())
        world.node.restart()

        assert world.node.client.who().trust is Trust.KNOWN
        assert world.node.client.register().state is NodeState.MAPPED

    def test_a_later_key_that_nobody_vouches_for_is_refused(self, world: FakeWorld) -> None:
        world.centre.key = Ed25519PrivateKey.generate()

        with pytest.raises(CentreKeyChanged):
            world.node.client.who()

    def test_a_key_that_the_last_one_signed_takes_its_place(self, world: FakeWorld) -> None:
        world.centre.rotate_key()

        assert world.node.client.who().trust is Trust.SUCCESSOR
        world.centre.vouching_key = None
        assert world.node.client.who().trust is Trust.KNOWN
        assert world.node.checkin().state is NodeState.MAPPED

    def test_an_answer_by_another_key_is_not_believed(self, world: FakeWorld) -> None:
        world.centre.key = Ed25519PrivateKey.generate()

        with pytest.raises(CentreKeyChanged):
            world.node.checkin()

        said = standing(world.node.state)
        assert said is not None
        assert said.state is NodeState.MAPPED

    def test_another_fingerprint_in_agent_toml_counts_at_once(self, world: FakeWorld) -> None:
        file = world.node.paths.config_file
        file.write_text(file.read_text().replace(world.centre.key_id, "ab" * 32))
        world.node.restart()

        with pytest.raises(CentreKeyChanged):
            world.node.client.who()
        with pytest.raises(CentreKeyChanged):
            world.node.checkin()

    def test_a_centre_that_changes_its_key_is_met_again_by_the_next_checkin(self, world: FakeWorld) -> None:
        world.centre.rotate_key()

        assert world.node.checkin().state is NodeState.MAPPED
        assert world.node.client.centre_key() == world.centre.key_der


class TestRepeating:
    """What is sent again, and what is not."""

    def test_a_checkin_whose_answer_was_lost_gets_that_answer(self, world: FakeWorld) -> None:
        world.line.faults = [Fault.LOST_ANSWER]
        with pytest.raises(CentreUnreachable):
            world.node.checkin()
        known = world.centre.nodes[world.node.keys.node_id]

        answer = world.node.checkin()

        assert answer.counter == known.counter
        assert answer.state is NodeState.MAPPED

    @pytest.mark.parametrize("fault", [Fault.LOST_ANSWER, Fault.LOST_REQUEST, Fault.NO_CONNECTION])
    def test_an_honest_node_is_never_suspended_whatever_gets_lost(
        self, world: FakeWorld, fault: Fault
    ) -> None:
        for _ in range(3):
            world.line.faults = [fault]
            with pytest.raises(CentreUnreachable):
                world.node.checkin()
            world.node.restart()

        assert world.node.checkin().state is NodeState.MAPPED

    def test_a_copy_of_the_node_is_noticed(self, world: FakeWorld, tmp_path: Path) -> None:
        elsewhere = replace(HOST, hostname="db-salinan")
        with closing(world.node.copied(tmp_path / "copy", elsewhere)) as copy:
            world.node.checkin()

            assert copy.checkin().state is NodeState.SUSPENDED

    def test_a_request_that_was_seen_before_is_sent_under_another_nonce(self, world: FakeWorld) -> None:
        world.line.faults = [Fault.SENT_TWICE]

        assert world.node.checkin().state is NodeState.MAPPED

    def test_a_clock_that_is_off_is_followed_by_the_signed_word_of_the_centre(self, world: FakeWorld) -> None:
        world.centre.clock = lambda: world.clock() + timedelta(hours=7)

        assert world.node.checkin().state is NodeState.MAPPED
        assert world.node.state.clock_offset() == timedelta(hours=7)
        calls = [path for _, path in world.centre.requests]
        assert calls == ["/v1/checkin", "/v1/centre", "/v1/checkin"]

    def test_a_clock_that_jumps_back_is_followed_again(self, world: FakeWorld) -> None:
        world.centre.clock = lambda: world.clock() + timedelta(hours=7)
        world.node.checkin()
        world.centre.clock = world.clock

        assert world.node.checkin().state is NodeState.MAPPED
        assert world.node.state.clock_offset() == timedelta()

    def test_a_centre_without_a_steady_clock_is_an_error_of_its_own(self, world: FakeWorld) -> None:
        hours = iter(range(7, 1000, 7))
        world.centre.clock = lambda: world.clock() + timedelta(hours=next(hours))

        with pytest.raises(ClockSkew, match="NTP") as refused:
            world.node.checkin()

        assert "2026-01-" in str(refused.value.problem)


class TestExplaining:
    """Whatever answers, a person learns what happened and what to do."""

    def test_a_stranger_learns_how_to_become_known(self, world: FakeWorld) -> None:
        world.centre.nodes.clear()

        with pytest.raises(UnknownNode, match="sinergi enrol"):
            world.node.checkin()

    def test_a_centre_out_of_reach_is_named(self, world: FakeWorld) -> None:
        world.line.faults = [Fault.NO_CONNECTION]

        with pytest.raises(CentreUnreachable, match=r"sikd\.example.*connection refused") as refused:
            world.node.checkin()

        assert not refused.value.sent
        assert refused.value.retry_helps

    def test_a_gateway_that_answers_for_the_centre_is_told_apart(self, world: FakeWorld) -> None:
        world.line.faults = [Fault.GATEWAY]

        with pytest.raises(CentreUnreachable, match="502"):
            world.node.checkin()

    def test_the_time_that_a_busy_centre_asks_for_is_known(self, world: FakeWorld) -> None:
        world.line.faults = [Fault.BUSY]

        with pytest.raises(CentreBusy) as refused:
            world.node.checkin()

        assert refused.value.retry_after == timedelta(seconds=120)

    def test_a_login_page_of_the_network_is_not_the_centre(self, world: FakeWorld) -> None:
        world.line.faults = [Fault.LOGIN_PAGE]

        with pytest.raises(NotACentre, match="web filter"):
            world.node.checkin()

    def test_a_login_page_in_the_place_of_a_receipt_is_not_the_centre(self, world: FakeWorld) -> None:
        taken = world.node.snapshot(FakeSource.of(100))
        assert taken.snapshot_id is not None
        world.line.faults = [Fault.LOGIN_PAGE]

        with pytest.raises(NotACentre):
            world.node.client.snapshot_state(taken.snapshot_id)

    def test_an_endless_answer_is_cut_off(self, world: FakeWorld) -> None:
        world.line.faults = [Fault.ENDLESS]

        with pytest.raises(NotACentre, match="endless"):
            world.node.checkin()

    def test_a_captured_answer_is_not_taken_for_a_new_one(self, world: FakeWorld) -> None:
        captured = world.node.state.last_answer()
        assert captured is not None
        old = httpx.Response(200, content=captured.envelope)
        world.node.transport = FaultyLine(lambda _: old)
        world.node.restart()

        with pytest.raises(NotACentre, match="another request"):
            world.node.checkin()


def all_kinds() -> list[type[ExplainedError]]:
    return [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.ContractError | errors.RefusedByCentre)
    ]


@pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.slug)
def test_every_error_of_the_contract_comes_back_as_itself(kind: type[ExplainedError]) -> None:
    problem = Problem(type=f"urn:sikd:problem:{kind.slug}", title="{x}", status=kind.status, code=kind.code)

    error = refusal(Reply(kind.status, {}, problem.to_bytes()), "sikd.example")

    assert isinstance(error, kind)
    assert error.code == kind.code
    assert str(error.problem)
    assert str(error.remedy)


def test_an_error_that_this_version_does_not_know_is_not_a_crash() -> None:
    problem = Problem(type="urn:sikd:problem:from-the-future", title="", status=418, code="SIKD-E999")

    error = refusal(Reply(418, {}, problem.to_bytes()), "sikd.example")

    assert isinstance(error, NotACentre)


@pytest.mark.parametrize("asked", ["", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "-5", "99999999", "²"])
def test_a_strange_retry_after_is_passed_over(asked: str) -> None:
    error = refusal(Reply(429, {"retry-after": asked}, b""), "sikd.example")

    assert isinstance(error, CentreBusy)
    assert error.retry_after is None


DATED = {"date": "Sat, 31 Jan 2026 16:58:00 GMT"}


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("asked", ["120", "Sat, 31 Jan 2026 17:00:00 GMT"], ids=["seconds", "date"])
def test_a_retry_after_is_understood_in_both_forms(status: int, asked: str) -> None:
    # The date is measured by the answer's own clock, so that of this server may be off.
    error = refusal(Reply(status, {"retry-after": asked, **DATED}, b""), "sikd.example")

    assert isinstance(error, CentreBusy | CentreUnreachable)
    assert error.retry_after == timedelta(seconds=120)


def test_a_retry_after_that_is_over_asks_for_no_wait() -> None:
    asked = {"retry-after": "Sat, 31 Jan 2026 16:00:00 GMT", **DATED}

    error = refusal(Reply(503, asked, b""), "sikd.example")

    assert isinstance(error, CentreUnreachable)
    assert error.retry_after == timedelta()
