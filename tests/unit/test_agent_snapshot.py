"""Taking a snapshot: what is new is queued, what is known is left alone, what cannot be is explained."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from agent.access.book import Entry, approve, keep
from agent.access.in_use import access_of, probe, source_of
from agent.child import run_in_child
from agent.cli.usage import exit_code_of
from agent.errors import (
    AccessApproved,
    AccessAwaited,
    CollectionRunning,
    CollectionTimedOut,
    OtherPemda,
    PasswordMissing,
    WaitingForMapping,
)
from agent.snapshot import SnapshotResult, preview
from agent.storage.outbox import Delivery
from agent.storage.staging import staging
from agent.storage.vault import DATABASE_PASSWORD, open_vault
from connectors.interface import DatabaseUnreachable, StepResult
from contract.errors import MalformedSnapshot
from contract.wire.states import NodeState
from tests.contract import samples
from tests.fakes.agent_world import KODE_PEMDA, FakeWorld, fake_world
from tests.fakes.source import FakeSource

DATABASE = """
[database]
application = "wp-sipd"
engine = "mysql"
database = "sipd"
host = "10.0.0.5"
user = "sinergi_baca"
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[FakeWorld]:
    world = fake_world(tmp_path)
    yield world
    world.node.close()


def settings(world: FakeWorld, more: str) -> None:
    file = world.node.paths.config_file
    file.write_text(file.read_text() + more)
    world.node.restart()


def test_a_new_budget_is_queued_with_its_origin(world: FakeWorld) -> None:
    taken = world.node.snapshot(FakeSource.of(100, 200))

    assert taken.result is SnapshotResult.QUEUED
    queued = world.node.outbox.next()
    assert queued is not None
    assert queued.snapshot_id == taken.snapshot_id
    manifest = taken.manifest
    assert (manifest.kode_pemda, manifest.tahun_anggaran, manifest.sequence) == (KODE_PEMDA, 2026, 1)
    assert manifest.perda is not None
    assert manifest.perda.tanggal == "2025-12-22"
    assert manifest.taken_at == world.clock()


def test_a_budget_that_waits_already_is_not_queued_twice(world: FakeWorld) -> None:
    first = world.node.snapshot(FakeSource.of(100))

    second = world.node.snapshot(FakeSource.of(100))

    assert (second.result, second.snapshot_id) == (SnapshotResult.UNCHANGED, None)
    assert [one.snapshot_id for one in world.node.outbox.unfinished()] == [first.snapshot_id]


def test_a_budget_that_the_centre_has_is_unchanged(world: FakeWorld) -> None:
    world.node.snapshot(FakeSource.of(100))
    world.node.push()

    again = world.node.snapshot(FakeSource.of(100))

    assert again.result is SnapshotResult.UNCHANGED
    assert world.node.outbox.waiting() == 0


def test_a_changed_budget_names_the_one_before(world: FakeWorld) -> None:
    first = world.node.snapshot(FakeSource.of(100))
    world.node.push()

    second = world.node.snapshot(FakeSource.of(999))

    assert second.manifest.previous == first.snapshot_id
    assert second.manifest.sequence > first.manifest.sequence


def test_a_change_that_is_taken_back_arrives_once_more(world: FakeWorld) -> None:
    # The centre has A, and B waits: to drop A again would leave B as the last word.
    world.node.snapshot(FakeSource.of(100))
    world.node.push()
    world.node.snapshot(FakeSource.of(999))

    back = world.node.snapshot(FakeSource.of(100))

    assert back.result is SnapshotResult.QUEUED
    assert [one.snapshot_id for one in world.node.outbox.unfinished()] == [back.snapshot_id]


def test_a_damaged_snapshot_is_not_what_the_budget_is_compared_with(world: FakeWorld) -> None:
    first = world.node.snapshot(FakeSource.of(100))
    assert first.snapshot_id is not None
    world.node.outbox.set_aside(first.snapshot_id)

    assert world.node.snapshot(FakeSource.of(100)).result is SnapshotResult.QUEUED


def test_a_lost_state_never_repeats_a_number(world: FakeWorld) -> None:
    world.node.snapshot(FakeSource.of(100))
    world.node.push()
    world.node.snapshot(FakeSource.of(200))
    world.node.close()
    for part in ("", "-wal", "-shm"):
        world.node.paths.state_file.with_name("state.db" + part).unlink(missing_ok=True)
    world.node.open()
    world.node.client.register()

    taken = world.node.snapshot(FakeSource.of(300))

    assert taken.manifest.sequence == 3


def test_a_lost_outbox_goes_on_after_what_the_centre_has(world: FakeWorld) -> None:
    world.node.snapshot(FakeSource.of(100))
    world.node.push()
    world.node.close()
    world.node.paths.outbox_file.unlink()
    world.node.paths.state_file.unlink()
    world.node.open()
    world.node.client.register()

    assert world.node.snapshot(FakeSource.of(200)).manifest.sequence == 2
    assert world.node.push()[0].receipt is not None


def test_an_unmapped_node_waits_for_djpk(tmp_path: Path) -> None:
    world = fake_world(tmp_path, mapped=False)

    with pytest.raises(WaitingForMapping, match="match code"):
        world.node.snapshot(FakeSource.of(100))

    world.node.close()


def test_a_suspended_node_says_why(world: FakeWorld) -> None:
    world.centre.nodes[world.node.keys.node_id].state = NodeState.SUSPENDED
    world.node.checkin()

    with pytest.raises(WaitingForMapping, match="suspended"):
        world.node.snapshot(FakeSource.of(100))


def test_the_pemda_that_the_operator_expects_is_checked(world: FakeWorld) -> None:
    text = world.node.paths.config_file.read_text()
    world.node.paths.config_file.write_text(text.replace("[apbd]", '[apbd]\nkode_pemda = "33.20"'))
    world.node.restart()

    with pytest.raises(OtherPemda, match=r"mapped to 11\.10, but agent\.toml expects 33\.20"):
        world.node.snapshot(FakeSource.of(100))


def test_an_unsound_budget_is_not_queued(world: FakeWorld) -> None:
    with pytest.raises(MalformedSnapshot):
        world.node.snapshot(FakeSource.of(100).that("loses a line"))

    assert world.node.outbox.waiting() == 0
    assert [file.name for file in world.node.paths.staging_dir.iterdir()] == ["lock"]


def test_two_snapshots_are_not_taken_at_once(world: FakeWorld) -> None:
    with staging(world.node.paths.staging_dir), pytest.raises(CollectionRunning):
        world.node.snapshot(FakeSource.of(100))


def test_collecting_in_a_child_process_gives_the_same_snapshot(world: FakeWorld) -> None:
    here = world.node.snapshot(FakeSource.of(100, 200))
    world.node.outbox.set_aside(here.snapshot_id or "")
    world.node.run = run_in_child

    there = world.node.snapshot(FakeSource.of(100, 200))

    assert there.manifest.content_id == here.manifest.content_id
    assert world.node.push()[0].snapshot.state is Delivery.QUEUED


def test_an_error_in_the_child_process_comes_through(world: FakeWorld) -> None:
    world.node.run = run_in_child

    with pytest.raises(DatabaseUnreachable, match="Start the database"):
        world.node.snapshot(FakeSource.of(100).that("unreachable"))


def test_a_preview_keeps_nothing(world: FakeWorld) -> None:
    staging_dir = world.node.paths.staging_dir

    found = preview(FakeSource.of(100), 2026, staging_dir=staging_dir, now=world.clock())

    assert [one.lines for one in found.skpd] == [2]
    assert world.node.outbox.waiting() == 0
    assert [file.name for file in staging_dir.iterdir()] == ["lock"]


def test_a_probe_runs_in_a_child_process() -> None:
    steps = probe(FakeSource.of(100), 2026)

    assert {step.result for step in steps} == {StepResult.OK}


def test_a_probe_that_hangs_is_ended() -> None:
    with pytest.raises(CollectionTimedOut):
        probe(FakeSource.of(100).that("hangs"), 2026, timedelta(seconds=2))


def test_a_preview_of_a_hanging_database_is_ended_and_cleaned_up(world: FakeWorld) -> None:
    staging_dir = world.node.paths.staging_dir

    with pytest.raises(CollectionTimedOut):
        preview(
            FakeSource.of(100).that("hangs"),
            2026,
            staging_dir=staging_dir,
            now=world.clock(),
            timeout=timedelta(seconds=2),
        )

    assert [file.name for file in staging_dir.iterdir()] == ["lock"]


def test_the_password_comes_from_the_vault(world: FakeWorld) -> None:
    settings(world, DATABASE)
    vault = open_vault(world.node.paths, {})
    vault.set(DATABASE_PASSWORD, "rahasia-sekali")

    access = access_of(world.node.config, vault)

    assert (access.user, access.password) == ("sinergi_baca", "rahasia-sekali")
    assert "rahasia-sekali" not in repr(access) + repr(source_of(access))


@pytest.mark.parametrize(("engine", "port"), [("mysql", 3306), ("postgresql", 5432), ("sqlite", 0)])
def test_a_port_that_nobody_has_named_is_said_as_the_engines_own(
    engine: str, port: int, world: FakeWorld
) -> None:
    settings(world, DATABASE.replace("mysql", engine))
    vault = open_vault(world.node.paths, {})
    vault.set(DATABASE_PASSWORD, "rahasia-sekali")

    assert access_of(world.node.config, vault).port == port


def test_a_password_that_was_never_typed_is_asked_for(world: FakeWorld) -> None:
    settings(world, DATABASE)

    with pytest.raises(PasswordMissing, match="sinergi access set"):
        access_of(world.node.config, open_vault(world.node.paths, {}))


def test_a_node_without_an_access_says_both_ways_to_give_it_one(world: FakeWorld) -> None:
    with pytest.raises(AccessAwaited, match=r"Sinergi Mobile.*\[database\]"):
        access_of(world.node.config, open_vault(world.node.paths, {}))


def test_an_access_that_is_entered_and_approved_waits_for_djpk(world: FakeWorld) -> None:
    vault = open_vault(world.node.paths, {})
    entry = Entry(access_id="a" * 32, version=1, seal="b" * 64, access=samples.access(host="10.1.2.3"))
    keep(vault, lambda book: approve(book.model_copy(update={"newest": entry}), entry.target, named=False))

    with pytest.raises(AccessApproved, match="Nothing is to be done here") as waits:
        access_of(world.node.config, vault)

    assert exit_code_of(waits.value) == 4


def test_a_copy_of_the_folder_at_any_time_can_be_started(world: FakeWorld, tmp_path: Path) -> None:
    world.node.snapshot(FakeSource.of(100))
    copy = tmp_path / "copy"
    shutil.copytree(world.node.folder, copy, ignore=shutil.ignore_patterns("copy"))
    world.node.folder = copy
    world.node.close()

    world.node.__post_init__()

    assert world.node.outbox.waiting() == 1
