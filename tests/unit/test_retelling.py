"""What `sinergi status` knows after a command, and what a running agent keeps for itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent import status
from agent.cli.snapshot import ask_whether_mapped
from agent.service.retelling import retell, with_what_still_stands
from agent.storage.alone import AlreadyRunning, alone
from tests.fakes.facts import PASSING, STAYING, facts
from tests.fakes.served_node import Service, service


@pytest.fixture
def served(tmp_path: Path) -> Service:
    return service(tmp_path, mapped=False)


def told(served: Service) -> status.Facts | None:
    return status.read(str(served.node.paths.status_file))


def test_after_a_command_status_shows_the_match_code_and_that_no_agent_runs(served: Service) -> None:
    retell(served.node)

    found = told(served)
    assert found is not None
    assert (found["centre"]["state"], len(found["match_code"] or "")) == ("pending", 8)
    assert not status.is_at_work(found, str(served.node.paths.status_file), 0)


def test_a_snapshot_by_hand_hears_that_the_node_was_mapped_meanwhile(served: Service) -> None:
    served.world.centre.map(served.node.keys.node_id, "11.10")

    ask_whether_mapped(served.node)
    retell(served.node)

    found = told(served)
    assert found is not None
    assert (found["centre"]["state"], found["pemda"] and found["pemda"]["kode"]) == ("mapped", "11.10")


def test_a_running_agent_tells_for_itself(served: Service) -> None:
    with alone(served.node.paths.state_dir):
        retell(served.node)

    assert told(served) is None


def test_to_ask_whether_an_agent_runs_leaves_the_lock_free(served: Service) -> None:
    retell(served.node)

    with alone(served.node.paths.state_dir), pytest.raises(AlreadyRunning):
        alone(served.node.paths.state_dir)


def test_a_folder_that_cannot_be_written_breaks_no_command(served: Service) -> None:
    served.node.paths.status_file.mkdir()

    retell(served.node)

    assert told(served) is None


def test_a_trouble_stands_until_the_very_thing_was_done() -> None:
    before = facts(centre_trouble=PASSING, database_trouble=STAYING, once_at="2026-01-20T03:00:00Z")
    now = facts(running=False)
    now["centre"]["last_answer_at"] = "2026-01-20T05:00:00Z"

    kept = with_what_still_stands(now, before)

    assert status.situations(kept, alive=True) == ["database_needs_you"]
    assert kept["once_at"] == "2026-01-20T03:00:00Z"


def test_nothing_is_kept_of_a_former_identity() -> None:
    before = {**facts(database_trouble=STAYING), "node_id": "sikd1other"}

    assert with_what_still_stands(facts(), before) == facts()  # type: ignore[arg-type]
