"""Copies, restores, reinstalls, new keys: an honest node comes back, and no copy speaks for it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.deliver import PushResult
from agent.errors import CentreUnreachable
from agent.host import Host
from agent.storage.vault import Vault
from agent.succession import make_offer, settle, waiting_offer, with_keys_of_now
from contract.errors import BadSignature, SuccessionRefused
from contract.wire import identity
from contract.wire.access import SealedAccess
from contract.wire.access_report import Origin
from contract.wire.messages import CheckinAnswer
from contract.wire.states import AccessState, NodeState
from contract.wire.succession import Succession, SuccessionKind
from sikd import audit, dbaccess, nodes
from sikd.accounts import Role
from sikd.errors import NotAsThingsStand, WrongMatchCode
from tests.fakes.agent_world import HOST, KODE_PEMDA, AgentWorld
from tests.fakes.line import Fault, FaultyLine
from tests.fakes.source import FakeSource
from tests.integration.centre_in_process import centre_in_process
from tests.integration.test_agent_against_centre import RealSite

COPY = Host("db-salinan", "c" * 32, "0.1.0")


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[RealSite]:
    with centre_in_process(tmp_path, database_url) as centre:
        made = RealSite(tmp_path, centre)
        yield made
        for node in made.made:
            node.close()


@pytest.fixture
def mapped(site: RealSite) -> AgentWorld:
    node = site.node()
    site.map(node, KODE_PEMDA)
    node.checkin()
    return node


def copied(site: RealSite, node: AgentWorld, host: Host = COPY) -> AgentWorld:
    """The whole folder of a node on another machine, both running."""
    twin = node.copied(site.folder / f"copy-{len(site.made)}", host)
    site.made.append(twin)
    return twin


def give_new_key(node: AgentWorld, kind: SuccessionKind) -> CheckinAnswer:
    answer = settle(node.node, make_offer(node.vault, node.keys, kind))
    node.restart()
    return answer


def acts(site: RealSite, node_id: str) -> list[str]:
    with site.centre.database.read() as connection:
        return [each.act for each in audit.acts(connection, subject=node_id)]


def state_of(site: RealSite, node_id: str) -> NodeState:
    with site.centre.database.read() as connection:
        return nodes.get(connection, node_id).state


def test_a_copy_is_suspended_and_the_right_machine_goes_on_under_a_new_key(
    site: RealSite, mapped: AgentWorld
) -> None:
    mapped.snapshot(FakeSource.of(100))
    mapped.push()
    copy = copied(site, mapped)
    queued = mapped.snapshot(FakeSource.of(100, 200))
    copy.checkin()

    suspended = mapped.checkin()

    assert suspended.state is NodeState.SUSPENDED
    assert HOST.hostname in suspended.reason
    assert COPY.hostname in suspended.reason

    old = mapped.keys.node_id
    waiting = give_new_key(mapped, SuccessionKind.CONFIRM)
    assert waiting.state is NodeState.PENDING
    site.map(mapped, KODE_PEMDA)
    assert mapped.checkin().last_sequence == 1

    (pushed,) = mapped.push()

    assert (pushed.result, pushed.snapshot.content_id) == (PushResult.DELIVERED, queued.manifest.content_id)
    assert pushed.snapshot.sequence > 1
    assert state_of(site, old) is NodeState.REPLACED
    told = copy.checkin()
    assert (told.state, HOST.hostname in told.reason) == (NodeState.REPLACED, True)


def test_two_machines_that_both_say_it_is_me_are_told_apart_by_the_code(
    site: RealSite, mapped: AgentWorld
) -> None:
    copy = copied(site, mapped)
    copy.checkin()
    mapped.checkin()
    for node in (copy, mapped):
        give_new_key(node, SuccessionKind.CONFIRM)

    site.map(mapped, KODE_PEMDA)

    assert mapped.checkin().state is NodeState.MAPPED
    told = copy.checkin()
    assert told.state is NodeState.REJECTED
    assert "sinergi identity new" in told.reason


def test_a_clone_that_looks_just_the_same_is_suspended_once_both_have_spoken(
    site: RealSite, mapped: AgentWorld
) -> None:
    clone = copied(site, mapped, HOST)
    mapped.checkin()

    assert clone.checkin().state is NodeState.MAPPED  # so far it may be this very machine, restored

    assert mapped.checkin().state is NodeState.SUSPENDED


def test_a_state_restored_from_yesterday_goes_on_by_itself(site: RealSite, mapped: AgentWorld) -> None:
    mapped.snapshot(FakeSource.of(100))
    mapped.push()
    with mapped.restored_afterwards(site.folder / "backup"):
        for rupiah in (200, 300):
            mapped.checkin()
            mapped.snapshot(FakeSource.of(100, rupiah))
            mapped.push()
        mapped.clock.pass_by(timedelta(days=1))

    assert mapped.checkin().state is NodeState.MAPPED
    taken = mapped.snapshot(FakeSource.of(100, 400))
    (pushed,) = mapped.push()
    assert (pushed.result, pushed.snapshot.snapshot_id) == (PushResult.DELIVERED, taken.snapshot_id)
    assert "node_restored" in acts(site, mapped.keys.node_id)
    assert [mapped.checkin().state for _ in range(3)] == [NodeState.MAPPED] * 3


def test_a_new_key_takes_over_by_itself_and_the_queue_arrives_under_it(
    site: RealSite, mapped: AgentWorld
) -> None:
    mapped.snapshot(FakeSource.of(100))
    mapped.push()
    old, queued = mapped.keys, mapped.snapshot(FakeSource.of(100, 200))

    answer = give_new_key(mapped, SuccessionKind.ROTATE)

    assert (answer.state, answer.kode_pemda, answer.last_sequence) == (NodeState.MAPPED, KODE_PEMDA, 1)
    assert answer.node_id == mapped.keys.node_id != old.node_id
    (pushed,) = mapped.push()
    assert (pushed.result, pushed.snapshot.content_id) == (PushResult.DELIVERED, queued.manifest.content_id)
    assert state_of(site, old.node_id) is NodeState.REPLACED
    assert acts(site, old.node_id)[0] == "node_replaced"
    assert "node_rotated" in acts(site, mapped.keys.node_id)


def test_what_was_committed_under_the_old_key_is_finished_under_the_new_one(
    site: RealSite, mapped: AgentWorld
) -> None:
    taken = mapped.snapshot(FakeSource.of(100, 200))
    snapshot_id = taken.manifest.snapshot_id
    committed = mapped.client.commit(snapshot_id, mapped.outbox.envelope(snapshot_id))
    mapped.outbox.committed(snapshot_id, committed.receipts[0].encode())

    give_new_key(mapped, SuccessionKind.ROTATE)

    (pushed,) = mapped.push()
    assert (pushed.result, pushed.snapshot.snapshot_id) == (PushResult.DELIVERED, snapshot_id)


def test_what_was_offered_under_the_old_key_arrives_once(site: RealSite, mapped: AgentWorld) -> None:
    taken = mapped.snapshot(FakeSource.of(100, 200))
    snapshot_id = taken.manifest.snapshot_id
    mapped.outbox.offered(snapshot_id)
    mapped.client.commit(snapshot_id, mapped.outbox.envelope(snapshot_id))  # and its answer was lost

    give_new_key(mapped, SuccessionKind.ROTATE)

    (pushed,) = mapped.push()
    assert (pushed.result, pushed.snapshot.snapshot_id) == (PushResult.DELIVERED, snapshot_id)


def test_a_reinstalled_server_takes_the_place_of_the_old_node(site: RealSite, mapped: AgentWorld) -> None:
    anew = site.node()
    anew.host = COPY
    anew.restart()
    offer = make_offer(anew.vault, anew.keys, SuccessionKind.REPLACE, mapped.keys.node_id)
    assert settle(anew.node, offer).state is NodeState.PENDING
    anew.restart()

    site.map(anew, KODE_PEMDA)

    assert anew.checkin().state is NodeState.MAPPED
    told = mapped.checkin()
    assert (told.state, COPY.hostname in told.reason) == (NodeState.REPLACED, True)


def test_the_same_machine_reinstalled_needs_no_word_of_its_operator(
    site: RealSite, mapped: AgentWorld
) -> None:
    anew = site.node()

    site.map(anew, KODE_PEMDA)

    assert anew.checkin().state is NodeState.MAPPED
    assert state_of(site, mapped.keys.node_id) is NodeState.REPLACED


def test_a_stranger_takes_nobodys_place(site: RealSite, mapped: AgentWorld) -> None:
    stranger = site.node()
    stranger.host = COPY
    stranger.restart()

    with pytest.raises(NotAsThingsStand):
        site.map(stranger, KODE_PEMDA)


def test_who_does_not_hold_the_old_key_rotates_nothing(site: RealSite, mapped: AgentWorld) -> None:
    thief = site.node()
    offer = make_offer(thief.vault, thief.keys, SuccessionKind.ROTATE, mapped.keys.node_id)

    with pytest.raises(BadSignature):
        settle(thief.node, offer)

    assert waiting_offer(thief.vault) is None
    assert mapped.checkin().state is NodeState.MAPPED


def test_a_copy_that_lags_behind_rotates_nothing(site: RealSite, mapped: AgentWorld) -> None:
    copy = copied(site, mapped)
    mapped.checkin()

    with pytest.raises(SuccessionRefused):
        give_new_key(copy, SuccessionKind.ROTATE)

    assert mapped.checkin().state is NodeState.MAPPED


@pytest.mark.parametrize("kind", [SuccessionKind.ROTATE, SuccessionKind.CONFIRM])
def test_a_node_that_was_revoked_is_not_followed(
    site: RealSite, mapped: AgentWorld, kind: SuccessionKind
) -> None:
    officer = site.centre.person("petugas-1", Role.PETUGAS)
    with site.centre.database.begin() as connection:
        nodes.revoke(connection, mapped.keys.node_id, "server dijual", officer, site.centre.clock())

    with pytest.raises(SuccessionRefused):
        give_new_key(mapped, kind)


def test_a_node_that_is_mapped_already_takes_nobodys_place(site: RealSite, mapped: AgentWorld) -> None:
    other = site.node()
    other.host = COPY
    other.restart()
    site.map(other, "11.17")
    said = Succession(
        kind=SuccessionKind.REPLACE,
        replaces=mapped.keys.node_id,
        counter=0,
        registration=identity.to_base64(other.keys.registration(other.host)),
    )

    with pytest.raises(SuccessionRefused):
        other.client.succeed(said.signed(other.keys.signing, None))


def test_the_same_offer_again_changes_nothing(site: RealSite, mapped: AgentWorld) -> None:
    offer = make_offer(mapped.vault, mapped.keys, SuccessionKind.ROTATE)
    first = settle(mapped.node, offer)

    again = settle(mapped.node, offer)

    assert (again.node_id, again.state) == (first.node_id, NodeState.MAPPED)
    assert acts(site, first.node_id).count("node_rotated") == 1


def test_an_offer_whose_answer_was_lost_is_made_again(site: RealSite, mapped: AgentWorld) -> None:
    assert isinstance(mapped.transport, FaultyLine)
    mapped.transport.faults = [Fault.LOST_ANSWER]
    with pytest.raises(CentreUnreachable):
        give_new_key(mapped, SuccessionKind.ROTATE)
    mapped.restart()
    offer = waiting_offer(mapped.vault)
    assert offer is not None

    answer = settle(mapped.node, offer)

    mapped.restart()
    assert (answer.state, mapped.keys.node_id) == (NodeState.MAPPED, offer.keys.node_id)
    assert mapped.checkin().state is NodeState.MAPPED


class Dying(Vault):
    """A vault whose process is killed when the new keys are to be put in their place."""

    def promote(self, waiting: str, to: str, *, expected: str, secret: str) -> None:
        raise Killed


class Killed(BaseException):
    """The process ends at this point."""


@pytest.mark.parametrize("moment", ["stored", "not sent", "not answered", "not yet in place", "in place"])
@pytest.mark.parametrize("kind", [SuccessionKind.ROTATE, SuccessionKind.CONFIRM])
def test_a_kill_at_any_step_of_a_new_key_leaves_a_node_that_goes_on(
    site: RealSite, mapped: AgentWorld, kind: SuccessionKind, moment: str
) -> None:
    if kind is SuccessionKind.CONFIRM:
        copied(site, mapped).checkin()
        mapped.checkin()
    assert isinstance(mapped.transport, FaultyLine)
    offer = make_offer(mapped.vault, mapped.keys, kind)
    if moment != "stored":
        faults = {"not sent": [Fault.NO_CONNECTION], "not answered": [Fault.LOST_ANSWER]}
        mapped.transport.faults = faults.get(moment, [])
        vault = Dying(mapped.paths.vault_file, mapped.paths.vault_key_file.read_bytes())
        node = replace(mapped.node, vault=vault) if moment == "not yet in place" else mapped.node
        with suppress(Killed, CentreUnreachable):
            settle(node, offer)
    mapped.restart()

    after = with_keys_of_now(mapped.node)

    mapped.restart()
    assert after.keys.node_id == mapped.keys.node_id == offer.keys.node_id
    assert waiting_offer(mapped.vault) is None
    if kind is SuccessionKind.CONFIRM:
        site.map(mapped, KODE_PEMDA)
    assert mapped.checkin().state is NodeState.MAPPED


def test_a_middleman_makes_the_node_show_another_code(site: RealSite) -> None:
    node = site.node()
    answer = node.client.register()
    middleman = Ed25519PrivateKey.generate().public_key()
    nonce = identity.from_base64(answer.match_nonce)
    read_out = node.keys.match_code(identity.spki(middleman), nonce)
    officers = [site.centre.person(f"petugas-{number}", Role.PETUGAS) for number in (1, 2)]
    with site.centre.database.begin() as connection:
        nodes.propose(connection, node.keys.node_id, KODE_PEMDA, officers[0], site.centre.clock())

    keys = {"centre_der": site.centre.key.public_der, "fresh_nonce": b"f" * nodes.NONCE_BYTES}
    with pytest.raises(WrongMatchCode), site.centre.database.begin() as connection:
        nodes.approve(
            connection,
            node.keys.node_id,
            KODE_PEMDA,
            read_out,
            officers[1],
            site.centre.clock(),
            **keys,
        )


def test_an_access_goes_on_with_a_node_that_was_vouched_for(site: RealSite, mapped: AgentWorld) -> None:
    old = mapped.keys.node_id
    with site.centre.database.begin() as connection:
        entered = dbaccess.store.Access(
            kode_pemda=KODE_PEMDA,
            node_id=old,
            version=1,
            access_id="a" * 32,
            origin=Origin.CENTRE,
            sealed=b"sealed",
            state=AccessState.CONFIGURED,
            refusal="",
            steps=(),
            entered_by="admin-1",
            entered_at=site.centre.clock(),
            changed_at=site.centre.clock(),
            configured_at=site.centre.clock(),
        )
        dbaccess.store.add(connection, entered)
    assert mapped.checkin().access is not None

    give_new_key(mapped, SuccessionKind.ROTATE)

    passed_on = mapped.checkin().access
    assert passed_on is not None
    told = SealedAccess.from_bytes(identity.from_base64(passed_on), max_bytes=4096)
    assert (told.node_id, told.access_id, told.version) == (mapped.keys.node_id, "a" * 32, 1)


def test_two_officers_and_a_repeated_offer_at_once_do_not_wait_for_each_other(
    site: RealSite, mapped: AgentWorld
) -> None:
    copied(site, mapped).checkin()
    mapped.checkin()
    before, offer = mapped.keys, make_offer(mapped.vault, mapped.keys, SuccessionKind.CONFIRM)
    settle(mapped.node, offer)
    mapped.restart()
    with_old_keys = replace(mapped.node, keys=before)

    with ThreadPoolExecutor(4) as pool:
        offers = [pool.submit(settle, with_old_keys, offer) for _ in range(8)]
        pool.submit(site.map, mapped, KODE_PEMDA).result(30)
        states = {each.result(30).state for each in offers}

    assert states <= {NodeState.PENDING, NodeState.MAPPED}
    assert state_of(site, offer.keys.node_id) is NodeState.MAPPED
