"""A snapshot carried as a file: what may be exported, and what a receipt that is carried back does."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.adk import ReadAgain, adk_of, chosen, take_receipt
from agent.collect import collect_from
from agent.errors import CentreNotConfirmed, NotExportable, StorageError
from agent.keys import new_keys
from agent.sign import stated_in
from agent.snapshot import SnapshotResult
from agent.storage.outbox import Delivery, QueuedSnapshot
from agent.storage.staging import staging
from contract.errors import BadSignature
from contract.wire.adk import Adk
from contract.wire.canonical import sha256_hex
from contract.wire.identity import spki
from contract.wire.receipt import Receipt, ReceiptType
from tests.fakes.agent_world import TAHUN, FakeWorld, fake_world
from tests.fakes.source import FakeSource


@pytest.fixture
def world(tmp_path: Path) -> Iterator[FakeWorld]:
    world = fake_world(tmp_path)
    yield world
    world.node.close()


def queued(world: FakeWorld, *rupiah: int) -> str:
    snapshot_id = world.node.snapshot(FakeSource.of(*rupiah)).snapshot_id
    assert snapshot_id is not None
    return snapshot_id


def reading(world: FakeWorld, *rupiah: int) -> Callable[[], Any]:
    """What reads the database again, in which this budget lies by now."""

    @contextmanager
    def again() -> Iterator[ReadAgain]:
        with staging(world.node.paths.staging_dir) as area:
            collected = collect_from(FakeSource.of(*rupiah), TAHUN, area.folder, world.clock())
            yield ReadAgain(collected, area)

    return again


def never() -> Any:
    raise AssertionError("the database is not needed")


def newest(world: FakeWorld) -> QueuedSnapshot:
    return chosen(world.node.outbox, TAHUN)


@contextmanager
def exporting(world: FakeWorld, read_again: Callable[[], Any] = never) -> Iterator[Adk]:
    with adk_of(newest(world), world.node.outbox, world.node.keys, read_again) as adk:
        yield adk


def exported(world: FakeWorld, read_again: Callable[[], Any] = never) -> bytes:
    with exporting(world, read_again) as adk:
        return b"".join(adk.chunks())


def receipt_for(world: FakeWorld, named: str, kind: ReceiptType, **changed: Any) -> bytes:
    """The receipt that the centre gives for a snapshot, by whichever road it came."""
    manifest = stated_in(world.node.outbox.envelope(named), world.node.keys)
    fields: dict[str, Any] = {
        "type": kind,
        "snapshot_id": named,
        "content_id": manifest.content_id,
        "node_id": manifest.node_id,
        "kode_pemda": manifest.kode_pemda,
        "tahun_anggaran": manifest.tahun_anggaran,
        "sequence": manifest.sequence,
        "received_at": world.clock(),
        "centre_key_id": world.centre.key_id,
    }
    return Receipt(**(fields | changed)).signed(world.centre.key)


def take(world: FakeWorld, data: bytes) -> Receipt:
    node = world.node
    return take_receipt(data, node.outbox, node.state, node.keys, world.clock())


class TestExport:
    """What may become a file."""

    def test_what_waits_is_exported_as_it_would_travel(self, world: FakeWorld) -> None:
        snapshot_id = queued(world, 100, 200)

        with exporting(world) as adk:
            frames = list(adk.frames())

        world.node.push()
        assert adk.manifest.snapshot_id == snapshot_id
        assert adk.envelope == world.node.outbox.envelope(snapshot_id)
        assert [sha256_hex(frame) for frame in frames] == [
            entry.frame_sha256 for entry in adk.manifest.segments
        ]
        assert world.centre.received_frames == [entry.sha256 for entry in adk.manifest.segments]

    def test_an_export_changes_nothing(self, world: FakeWorld) -> None:
        queued(world, 100, 200)

        first, second = exported(world), exported(world)

        assert first == second
        assert newest(world).state is Delivery.QUEUED

    def test_what_was_delivered_is_read_again_and_gives_the_same_file(self, world: FakeWorld) -> None:
        queued(world, 100, 200)
        before = exported(world)
        world.node.push()

        assert exported(world, reading(world, 100, 200)) == before

    def test_a_budget_that_has_changed_since_is_not_passed_off_as_the_delivered_one(
        self, world: FakeWorld
    ) -> None:
        queued(world, 100, 200)
        world.node.push()

        with pytest.raises(NotExportable) as refused:
            exported(world, reading(world, 100, 999))

        assert "sudo sinergi snapshot" in str(refused.value.remedy)

    def test_frames_of_another_packer_do_not_fit_the_delivered_envelope(self, world: FakeWorld) -> None:
        queued(world, 100, 200)
        world.node.push()

        @contextmanager
        def by_another_packer() -> Iterator[ReadAgain]:
            with reading(world, 100, 200)() as again:
                names = replace(again.collected.names, frame_sha256="ab" * 32)
                yield replace(again, collected=replace(again.collected, names=names))

        with pytest.raises(NotExportable, match="packs"):
            exported(world, by_another_packer)

    def test_the_newest_is_chosen_unless_another_is_named(self, world: FakeWorld) -> None:
        first = queued(world, 100, 200)
        world.node.push()
        second = queued(world, 100, 999)

        assert newest(world).snapshot_id == second
        assert chosen(world.node.outbox, TAHUN, first[:10]).snapshot_id == first

    @pytest.mark.parametrize("wanted", ["", "ff" * 32])
    def test_what_does_not_exist_says_how_to_make_it(self, world: FakeWorld, wanted: str) -> None:
        with pytest.raises(NotExportable) as refused:
            chosen(world.node.outbox, TAHUN, wanted)

        assert "sudo sinergi snapshot" in str(refused.value.remedy)

    def test_a_snapshot_that_gave_way_to_another_is_not_exported(self, world: FakeWorld) -> None:
        replaced = queued(world, 100, 200)
        queued(world, 100, 999)

        with pytest.raises(NotExportable, match="later one"):
            chosen(world.node.outbox, TAHUN, replaced)

    def test_a_beginning_that_several_have_is_not_enough(self, world: FakeWorld) -> None:
        names = [queued(world, 100, number) for number in range(1, 20)]
        shared = next(a[0] for a in names if sum(b[0] == a[0] for b in names) > 1)

        with pytest.raises(NotExportable, match="begin with"):
            chosen(world.node.outbox, TAHUN, shared)

    def test_a_snapshot_under_a_former_key_is_not_carried_to_a_centre_that_would_refuse_it(
        self, world: FakeWorld
    ) -> None:
        queued(world, 100, 200)
        keys = new_keys(world.node.keys)

        with (
            pytest.raises(NotExportable, match="key"),
            adk_of(newest(world), world.node.outbox, keys, never),
        ):
            pass

    def test_a_delivery_while_it_is_written_is_told_as_that(self, world: FakeWorld) -> None:
        queued(world, 100, 200)

        with exporting(world) as adk:
            world.node.push()
            with pytest.raises(NotExportable, match="meanwhile"):
                list(adk.chunks())

    def test_a_damaged_frame_is_not_exported(self, world: FakeWorld) -> None:
        queued(world, 100, 200)
        with closing(sqlite3.connect(world.node.paths.outbox_file)) as file, file:
            file.execute("UPDATE frames SET frame = x'00'")

        with pytest.raises(StorageError):
            exported(world)


class TestReceipt:
    """What comes back with the stick."""

    def test_a_final_receipt_ends_the_delivery_as_a_push_does(self, world: FakeWorld) -> None:
        snapshot_id = queued(world, 100, 200)

        take(world, receipt_for(world, snapshot_id, ReceiptType.FINAL))

        assert newest(world).state is Delivery.DONE
        assert world.node.outbox.waiting() == 0
        assert world.node.snapshot(FakeSource.of(100, 200)).result is SnapshotResult.UNCHANGED

    def test_a_receipt_is_taken_twice_without_harm(self, world: FakeWorld) -> None:
        snapshot_id = queued(world, 100, 200)
        data = receipt_for(world, snapshot_id, ReceiptType.FINAL)

        take(world, data)
        take(world, data)

        assert [kept.envelope for kept in world.node.outbox.receipts()] == [data]

    def test_a_commit_receipt_leaves_the_frames_to_be_sent(self, world: FakeWorld) -> None:
        snapshot_id = queued(world, 100, 200)

        take(world, receipt_for(world, snapshot_id, ReceiptType.COMMIT))

        assert newest(world).state is Delivery.COMMITTED

    def test_a_refusal_ends_the_snapshot(self, world: FakeWorld) -> None:
        snapshot_id = queued(world, 100, 200)

        take(world, receipt_for(world, snapshot_id, ReceiptType.REFUSED))

        assert world.node.outbox.waiting() == 0

    def test_a_receipt_comes_after_a_later_snapshot_was_queued(self, world: FakeWorld) -> None:
        carried = queued(world, 100, 200)
        data = receipt_for(world, carried, ReceiptType.FINAL)
        later = queued(world, 100, 999)

        take(world, data)

        assert [kept.snapshot_id for kept in world.node.outbox.receipts()] == [carried]
        assert newest(world).snapshot_id == later

    @pytest.mark.parametrize(
        "changed", [{"node_id": "sikd1qpzry9x8gf2tvdw0s3jn54khce"}, {"snapshot_id": "ab" * 32}]
    )
    def test_a_receipt_of_something_else_is_refused(self, world: FakeWorld, changed: dict[str, str]) -> None:
        snapshot_id = queued(world, 100, 200)

        with pytest.raises(BadSignature):
            take(world, receipt_for(world, snapshot_id, ReceiptType.FINAL, **changed))

        assert newest(world).state is Delivery.QUEUED

    def test_a_receipt_by_a_key_that_nobody_confirmed_is_refused(self, world: FakeWorld) -> None:
        snapshot_id = queued(world, 100, 200)
        world.centre.key = Ed25519PrivateKey.generate()
        assert sha256_hex(spki(world.centre.key.public_key())) == world.centre.key_id

        with pytest.raises(CentreNotConfirmed):
            take(world, receipt_for(world, snapshot_id, ReceiptType.FINAL))
