"""A damaged outbox is begun anew: what is sound comes over, the rest is given up, the old file is kept."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.errors import CollectionRunning
from agent.paths import Paths
from agent.storage.outbox import Delivery, Outbox
from agent.storage.renewal import begin_anew, is_damaged
from agent.storage.staging import staging
from agent.storage.state import State
from tests.fakes.drafts import Draft, draft

NOW = datetime(2026, 1, 20, 3, 0, tzinfo=UTC)
PAGE = 4096


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "agent.toml", tmp_path, tmp_path)


def filled(paths: Paths, *drafts: Draft) -> None:
    """An outbox with these snapshots; all but the last have arrived, of which each has its receipt."""
    with closing(Outbox(paths.outbox_file)) as outbox:
        for one in drafts:
            outbox.queue(one.manifest, one.signed, one.frames.__getitem__, now=NOW)
            if one is not drafts[-1]:
                outbox.done(one.snapshot_id, b"final")


def renewed(paths: Paths) -> dict[str, Delivery]:
    """What the new outbox holds."""
    with closing(State(paths.state_file)) as state:
        begin_anew(paths, state, NOW)
    with closing(Outbox(paths.outbox_file)) as outbox:
        outbox.check()
        return {one.snapshot_id: one.state for one in outbox.history()}


def spoil(paths: Paths, statement: str) -> None:
    with closing(sqlite3.connect(paths.outbox_file)) as connection, connection:
        assert connection.execute(statement).rowcount > 0


def test_everything_that_is_sound_comes_over(paths: Paths) -> None:
    first, second = draft(1, 100), draft(2, 100, 200)
    filled(paths, first, second)

    assert renewed(paths) == {first.snapshot_id: Delivery.DONE, second.snapshot_id: Delivery.QUEUED}

    with closing(Outbox(paths.outbox_file)) as outbox:
        assert len(list(outbox.frames(second.snapshot_id, second.plain))) == len(second.plain)
        assert [receipt.envelope for receipt in outbox.receipts()] == [b"final"]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE frames SET frame = x'00'",
        "UPDATE frames SET frame = 'text'",
        "DELETE FROM frames",
        "UPDATE snapshots SET envelope = substr(envelope, 2) WHERE state = 'queued'",
    ],
)
def test_a_snapshot_that_is_not_whole_is_given_up_and_no_other(paths: Paths, damage: str) -> None:
    first, second = draft(1, 100), draft(2, 100, 200)
    filled(paths, first, second)
    spoil(paths, damage)

    assert renewed(paths) == {first.snapshot_id: Delivery.DONE, second.snapshot_id: Delivery.DAMAGED}


@pytest.mark.parametrize("damage", ["state = 'unheard-of'", "queued_at = 'never'", "sequence = 'one'"])
def test_a_row_that_cannot_have_been_written_stays_behind(paths: Paths, damage: str) -> None:
    first, second = draft(1, 100), draft(2, 100, 200)
    filled(paths, first, second)
    spoil(paths, f"UPDATE snapshots SET {damage} WHERE sequence = 2")  # noqa: S608

    assert is_damaged(paths.outbox_file)
    assert renewed(paths) == {first.snapshot_id: Delivery.DONE}


def test_what_lies_before_and_behind_damaged_pages_is_saved(paths: Paths) -> None:
    drafts = [draft(number, number, number + 1) for number in range(1, 12)]
    filled(paths, *drafts)
    content = paths.outbox_file.read_bytes()
    middle = len(content) // PAGE // 2
    paths.outbox_file.write_bytes(content[: middle * PAGE] + b"\xff" * PAGE + content[(middle + 1) * PAGE :])

    assert is_damaged(paths.outbox_file)
    assert renewed(paths)


def test_what_is_no_database_is_put_aside_byte_for_byte(paths: Paths) -> None:
    paths.outbox_file.write_bytes(b"\xff" * PAGE)

    assert renewed(paths) == {}

    (aside,) = paths.state_dir.glob("outbox.db.damaged-*")
    assert aside.read_bytes() == b"\xff" * PAGE


def test_one_that_was_put_aside_before_stays(paths: Paths) -> None:
    for _ in range(2):
        paths.outbox_file.write_bytes(b"\xff" * PAGE)
        renewed(paths)

    assert len(list(paths.state_dir.glob("outbox.db.damaged-*"))) == 2


def test_the_budget_is_due_again_at_once(paths: Paths) -> None:
    paths.outbox_file.write_bytes(b"\xff" * PAGE)
    with closing(State(paths.state_file)) as state:
        state.keep_reading(NOW)

        begin_anew(paths, state, NOW)

        assert state.last_reading() is None


def test_nothing_is_moved_while_somebody_queues_a_snapshot(paths: Paths) -> None:
    paths.outbox_file.write_bytes(b"\xff" * PAGE)
    with (
        closing(State(paths.state_file)) as state,
        staging(paths.staging_dir),
        pytest.raises(CollectionRunning),
    ):
        begin_anew(paths, state, NOW)

    assert list(paths.state_dir.glob("outbox.db.damaged-*")) == []


def test_a_sound_outbox_is_not_damaged(paths: Paths) -> None:
    filled(paths, draft(1, 100))

    assert not is_damaged(paths.outbox_file)
