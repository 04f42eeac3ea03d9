"""What the disk has changed behind the agent's back is noticed, said, never sent, and delivered anew."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.integration.served_pemda import ServedPemda, served_pemda
from tests.world.at_work import AgentAtWork, at_work
from tests.world.patience import until

pytestmark = pytest.mark.timeout(300)
PAGE = 4096
LONGEST_WAIT = timedelta(minutes=31)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedPemda]:
    with served_pemda(tmp_path_factory.mktemp("pemda")) as made:
        yield made


def queue_without_the_centre(agent: AgentAtWork, ours: ServedPemda) -> str:
    """A snapshot that waits in the outbox, because the centre is away; returns its id."""
    ours.scene.centre.stop()
    ours.change()
    until(lambda: bool(ours.waiting()), "a snapshot waits")
    agent.says("centre_down")
    [(snapshot_id,)] = ours.outbox("SELECT snapshot_id FROM unfinished")
    return str(snapshot_id)


def spoil_pages(file: Path, first: int) -> None:
    """Overwrite a database from this page on, once what its log holds has come into it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as pages:
        pages.seek(first * PAGE)
        pages.write(b"\xff" * (file.stat().st_size - first * PAGE))


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE frames SET frame = substr(frame, 2) WHERE rowid = (SELECT min(rowid) FROM frames)",
        "UPDATE snapshots SET envelope = CAST(replace(envelope, 'sig\":\"', 'sig\":\"AA') AS BLOB)",
    ],
    ids=["a frame was changed", "a signature was changed"],
)
def test_a_damaged_row_is_never_sent_and_its_budget_is_read_anew_at_once(
    ours: ServedPemda, damage: str
) -> None:
    with at_work(ours.node) as agent:
        agent.is_well()
        before = ours.at_the_centre()
        damaged = queue_without_the_centre(agent, ours)

        ours.outbox(damage)
        with ours.without_database():
            ours.scene.centre.start()
            ours.pass_by(LONGEST_WAIT)
            said = agent.says("agent_impaired", "SIKD-E434", damaged[:12])
            assert said.code == 1
            assert ours.at_the_centre() == before
        ours.pass_by(LONGEST_WAIT)
        until(lambda: ours.at_the_centre() != before, "the budget is at the centre after all")
        agent.is_well()

    assert len(ours.at_the_centre()) == ours.begun_at_the_centre() == len(before) + 1
    assert damaged not in ours.at_the_centre()


def test_an_outbox_with_damaged_pages_is_put_aside_and_begun_anew(ours: ServedPemda) -> None:
    with at_work(ours.node) as agent:
        agent.is_well()
        before = ours.at_the_centre()
        queue_without_the_centre(agent, ours)

        spoil_pages(ours.node.outbox_file, 1)
        with ours.without_database():
            ours.scene.centre.start()
            ours.pass_by(LONGEST_WAIT)
            said = agent.says("agent_impaired", "SIKD-E435", "outbox.db.damaged-")
            assert said.code == 1
        ours.pass_by(LONGEST_WAIT)
        until(lambda: ours.at_the_centre() != before, "the budget is at the centre after all")
        agent.is_well()

    assert len(ours.at_the_centre()) == ours.begun_at_the_centre() == len(before) + 1
    assert len(list(ours.state.glob("outbox.db.damaged-*Z-1"))) == 1


def test_an_outbox_that_is_no_database_any_more_when_the_agent_starts(ours: ServedPemda) -> None:
    before = ours.at_the_centre()
    ours.node.outbox_file.write_bytes(b"\x00\xff" * 8 * PAGE)
    ours.change()

    with at_work(ours.node) as agent:
        ours.pass_by(LONGEST_WAIT)
        until(lambda: ours.at_the_centre() != before, "the budget is at the centre after all")
        agent.is_well()

    assert len(ours.at_the_centre()) == ours.begun_at_the_centre() == len(before) + 1


def test_a_memory_that_is_damaged_under_the_running_agent_is_restored_as_it_says(ours: ServedPemda) -> None:
    file = ours.state / "state.db"
    with at_work(ours.node) as agent:
        agent.is_well()
        before = ours.at_the_centre()
        ours.scene.centre.stop()
        ours.pass_by(LONGEST_WAIT)
        agent.says("centre_down")
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(f"{file}.backup")) as backup:
            source.backup(backup)

        spoil_pages(file, 0)
        ours.pass_by(LONGEST_WAIT)
        assert agent.says("agent_needs_you", "SIKD-E431", "state.db").code == 5

    Path(f"{file}.backup").replace(file)
    file.chmod(0o600)
    ours.change()
    ours.scene.centre.start()
    with at_work(ours.node) as agent:
        until(lambda: ours.at_the_centre() != before, "the budget is at the centre after all")
        agent.is_well()


def test_a_memory_that_is_damaged_is_said_and_restored_without_a_restart(ours: ServedPemda) -> None:
    file = ours.state / "state.db"
    backup = shutil.copy(file, file.with_suffix(".backup"))
    before = ours.at_the_centre()
    file.write_bytes(b"\x00\xff" * 8 * PAGE)
    ours.change()

    with at_work(ours.node) as agent:
        said = agent.says("agent_needs_you", "SIKD-E431", "state.db", "sinergi status")
        assert said.code == 5
        assert ours.at_the_centre() == before

        Path(backup).replace(file)
        ours.pass_by(LONGEST_WAIT)
        until(lambda: ours.at_the_centre() != before, "the budget is at the centre after all")
        agent.is_well()

    assert len(ours.at_the_centre()) == ours.begun_at_the_centre() == len(before) + 1


def test_a_vault_that_is_damaged_under_the_running_agent_is_said_until_it_is_restored(
    ours: ServedPemda,
) -> None:
    vault = ours.state / "vault"
    with at_work(ours.node) as agent:
        agent.is_well()
        sound = vault.read_bytes()

        vault.write_bytes(sound[:-9] + b"damaged\n")
        assert agent.says("agent_needs_you", "SIKD-E421").code == 5

        vault.write_bytes(sound)
        agent.is_well()
