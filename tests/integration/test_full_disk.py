"""Whatever room a disk has left, what the agent writes is written whole, or refused and as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent import status
from agent.errors import StorageUnwritable
from agent.paths import Paths
from agent.service.notify import Notifier
from agent.service.telling import Teller
from agent.storage.outbox import Outbox
from agent.storage.staging import Staging
from agent.storage.state import CheckinTurn, State, StoredAnswer
from agent.storage.vault import open_vault
from tests.fakes.drafts import Draft, draft
from tests.fakes.facts import PASSING, facts
from tests.world.small_disk import SmallDisk, small_disk

NOW = datetime(2026, 1, 20, 3, 0, tzinfo=UTC)
PAGE = 4096
ENOUGH = 640 * 1024
FULL = "no space is left"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", megabytes=4) as made:
        yield made


def queue(outbox: Outbox, one: Draft) -> None:
    outbox.queue(one.manifest, one.signed, one.frames.__getitem__, now=NOW)


def test_a_snapshot_is_queued_whole_or_the_one_before_it_stays(disk: SmallDisk) -> None:
    small, large = draft(1, 100), draft(2, *range(1, 60))
    queued = set()
    for room in range(0, ENOUGH, 4 * PAGE):
        with closing(Outbox(disk.folder / f"{room}.db")) as outbox:
            queue(outbox, small)
            waits = small
            disk.fill(leaving=room)
            with suppress(StorageUnwritable):
                queue(outbox, large)
                waits = large

            disk.make_room()
            outbox.check()
            assert [one.snapshot_id for one in outbox.unfinished()] == [waits.snapshot_id]
            assert len(list(outbox.frames(waits.snapshot_id, waits.plain))) == len(waits.plain)
            queued.add(waits.snapshot_id)
        (disk.folder / f"{room}.db").unlink()
    assert queued == {small.snapshot_id, large.snapshot_id}


def test_an_outbox_that_has_no_room_to_be_opened_opens_as_it_was(disk: SmallDisk) -> None:
    one, file = draft(1, 100), disk.folder / "outbox.db"
    with closing(Outbox(file)) as outbox:
        queue(outbox, one)
    refusals = []
    for room in range(0, 32 * PAGE, PAGE):
        disk.fill(leaving=room)
        try:
            Outbox(file).close()
        except StorageUnwritable as error:
            refusals.append(str(error.problem))
        disk.make_room()

        with closing(Outbox(file)) as outbox:
            outbox.check()
            assert [each.snapshot_id for each in outbox.unfinished()] == [one.snapshot_id]
    assert refusals
    assert all(FULL in refusal for refusal in refusals)


def test_a_sequence_number_is_never_given_twice(disk: SmallDisk) -> None:
    taken: list[int] = []
    refusals = []
    for room in range(0, 16 * PAGE, PAGE):
        with closing(State(disk.folder / "state.db")) as state:
            disk.fill(leaving=room)
            for _ in range(6):
                try:
                    taken.append(state.take_sequence())
                except StorageUnwritable as error:
                    refusals.append(str(error.problem))
            disk.make_room()
            taken.append(state.take_sequence())
    assert taken == sorted(set(taken))
    assert refusals
    assert all(FULL in refusal for refusal in refusals)


def test_the_count_of_checkins_goes_on_where_it_was(disk: SmallDisk) -> None:
    counter = 0
    with closing(State(disk.folder / "state.db")) as state:
        for room in range(0, 16 * PAGE, PAGE):
            ids = iter([f"{room}-first", f"{room}-second"])
            disk.fill(leaving=room)
            with suppress(StorageUnwritable):
                turn = state.begin_checkin(lambda: next(ids))  # noqa: B023 - called at once
                state.finish_checkin(turn, StoredAnswer(b"answer", NOW), counter=counter + 1)
                counter += 1
            disk.make_room()

            turn = state.begin_checkin(lambda: "after")
            assert turn.counter == counter
            assert turn.checkin_id in {f"{room}-first", "after"}
            state.finish_checkin(turn, StoredAnswer(b"answer", NOW), counter=counter + 1)
            counter += 1
        assert state.begin_checkin(lambda: "last") == CheckinTurn("last", counter)


def test_a_frame_that_finds_no_room_is_refused(disk: SmallDisk) -> None:
    area = Staging(disk.folder)
    disk.fill(leaving=PAGE)

    with pytest.raises(StorageUnwritable, match=FULL):
        area.keep(bytes(2 * PAGE))


def test_a_secret_that_finds_no_room_leaves_the_vault_as_it_was(disk: SmallDisk) -> None:
    vault = open_vault(Paths(disk.folder / "agent.toml", disk.folder, disk.folder), {})
    vault.set("database-password", "before")
    disk.fill()

    with pytest.raises(StorageUnwritable, match=FULL):
        vault.set("database-password", "after")

    assert vault.get("database-password") == "before"
    disk.make_room()
    vault.set("database-password", "after")
    assert vault.get("database-password") == "after"


def test_the_status_is_told_though_there_is_no_room_for_a_second_file(disk: SmallDisk) -> None:
    file = disk.folder / "status.json"
    teller = Teller(file, Notifier({}))
    teller.textfile = disk.folder / "sinergi.prom"
    teller.tell(facts(), 0.0)
    disk.fill()

    teller.tell(facts(trouble=PASSING), 3.0)
    full = status.read(str(file))
    disk.make_room()
    teller.tell(facts(), 6.0)

    assert full == facts(trouble=PASSING)
    assert status.read(str(file)) == facts()
    assert sorted(each.name for each in disk.folder.iterdir()) == ["sinergi.prom", "status.json"]
