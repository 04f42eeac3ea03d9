"""What follows from status.json: situations, exit codes, and what is not to be believed."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import status
from agent.paths import locate
from tests.fakes.facts import PASSING, STAYING, facts

if TYPE_CHECKING:
    from agent.status import Facts, Trouble

EXIT_CODES = {0, 1, 3, 4, 5}
NOT_CONFIRMED: Trouble = {**STAYING, "code": "SIKD-E403"}
TO_ENTER: Trouble = {**STAYING, "code": "SIKD-E447"}
TO_CONFIGURE: Trouble = {**STAYING, "code": "SIKD-E448"}


def situations(told: Facts) -> list[str]:
    return status.situations(told, alive=True)


def test_a_mapped_agent_without_trouble_is_healthy() -> None:
    assert situations(facts()) == []
    assert status.exit_code([]) == 0


def test_a_node_whose_ticket_was_refused_says_so_beside_that_it_is_not_enrolled() -> None:
    assert situations(facts(state=None, centre_trouble=STAYING)) == ["not_enrolled", "centre_needs_you"]


@pytest.mark.parametrize(
    ("told", "situation", "code"),
    [
        (facts(state=None), "not_enrolled", 5),
        (facts(state=None, centre_trouble=NOT_CONFIRMED), "not_enrolled", 5),
        (facts(state=None, centre_trouble=PASSING), "centre_down", 1),
        (facts(state="pending"), "waiting_for_mapping", 4),
        (facts(state="suspended"), "node_refused", 5),
        (facts(state="revoked"), "node_refused", 5),
        (facts(state="replaced"), "node_refused", 5),
        (facts(state="rejected"), "node_refused", 5),
        (facts(centre_trouble=PASSING), "centre_down", 1),
        (facts(centre_trouble=STAYING), "centre_needs_you", 5),
        (facts(database_trouble=PASSING), "database_down", 1),
        (facts(database_trouble=STAYING), "database_needs_you", 5),
        (facts(database_trouble=TO_ENTER), "database_needs_you", 5),
        (facts(database_trouble=TO_CONFIGURE), "waiting_for_access", 4),
        (facts(state="pending", database_trouble=TO_CONFIGURE), "waiting_for_mapping", 4),
        (facts(snapshot="refused"), "snapshot_refused", 5),
        (facts(snapshot="none", snapshot_trouble=STAYING), "snapshot_refused", 5),
        (facts(trouble=PASSING), "agent_impaired", 1),
        (facts(trouble=STAYING), "agent_needs_you", 5),
    ],
)
def test_each_situation_has_its_exit_code(told: Facts, situation: str, code: int) -> None:
    found = situations(told)

    assert (found, status.exit_code(found)) == ([situation], code)


def test_a_daemon_that_is_gone_is_not_running_whatever_it_said_last() -> None:
    found = status.situations(facts(), alive=False)

    assert (found, status.exit_code(found)) == (["not_running"], 3)


def test_a_server_without_settings_is_told_to_begin_with_them() -> None:
    found = status.situations(None, alive=False, set_up=False)

    assert (found, status.exit_code(found)) == (["not_enrolled", "not_running"], 3)


def test_an_agent_that_could_not_begin_says_why_and_not_that_nobody_has_enrolled() -> None:
    assert situations(facts(state=None, trouble=STAYING)) == ["agent_needs_you"]


@pytest.mark.parametrize(("hours", "at_work"), [(1, True), (24, True), (26, False)])
def test_what_cron_ran_within_a_day_is_at_work(hours: int, at_work: bool) -> None:
    ran = datetime(2026, 1, 20, 3, tzinfo=UTC)
    told = facts(running=False, once_at="2026-01-20T03:00:00Z")

    assert status.is_at_work(told, "", (ran + timedelta(hours=hours)).timestamp()) is at_work


def test_what_a_command_wrote_alone_is_not_at_work() -> None:
    assert not status.is_at_work(facts(running=False), "", 0)


def test_the_worst_wins() -> None:
    everything = facts(state="pending", centre_trouble=PASSING, database_trouble=STAYING)

    found = status.situations(everything, alive=False)

    codes = [status.EXIT_CODES[situation] for situation in found]
    assert codes == [3, 5, 4, 1]


troubles = st.sampled_from([None, PASSING, STAYING])


@given(
    state=st.sampled_from([None, "pending", "mapped", "suspended", "revoked", "replaced", "rejected"]),
    snapshot=st.sampled_from([None, "none", "queued", "offered", "committed", "done", "refused"]),
    centre=troubles,
    database=troubles,
    own=troubles,
    alive=st.booleans(),
)
def test_every_combination_has_one_of_the_promised_exit_codes(
    state: str | None,
    snapshot: str | None,
    centre: Trouble | None,
    database: Trouble | None,
    own: Trouble | None,
    alive: bool,
) -> None:
    told = facts(
        state=state, snapshot=snapshot, centre_trouble=centre, database_trouble=database, trouble=own
    )

    found = status.situations(told, alive=alive)

    assert status.exit_code(found) in EXIT_CODES
    assert (status.exit_code(found) == 3) is not alive


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    path = str(tmp_path / "status.json")

    status.write(path, facts(snapshot="done"))

    assert status.read(path) == facts(snapshot="done")


def test_anyone_may_read_the_file_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        status.write(str(tmp_path / "status.json"), facts())
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "status.json").stat().st_mode) == 0o644
    assert os.listdir(tmp_path) == ["status.json"]  # noqa: PTH208 - no draft is left


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", "{}", '{"schema": "sinergi.status/99"}', '{"schema": "sinergi.status/1"', "\xff"],
)
def test_a_file_that_cannot_be_understood_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "status.json"
    path.write_bytes(content.encode("latin-1"))

    assert status.read(str(path)) is None


def test_a_missing_file_is_infinitely_old(tmp_path: Path) -> None:
    assert status.age_of(str(tmp_path / "status.json"), 0.0) == float("inf")


def test_the_file_keeps_the_form_that_is_documented(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    status.write(str(path), facts())

    assert set(json.loads(path.read_text())) == {
        "schema", "agent_version", "pid", "running", "once_at", "written_at",
        "node_id", "match_code", "sealing_key", "access", "tahun_anggaran",
        "centre", "pemda", "database", "snapshot", "queued", "next_snapshot_at", "schedule", "next_deadline",
        "clock_offset", "trouble",
    }  # fmt: skip


@pytest.mark.parametrize(
    "settings",
    [
        "",
        '[paths]\nrun_dir = "/srv/sinergi"\n',
        '[centre]\nurl = "https://sikd.example"\n\n[paths]\nstate_dir = "/x"\nrun_dir = "/srv/a b"  # why\n',
        '[other]\nrun_dir = "/wrong"\n',
        "[paths]\nrun_dir='/srv/sinergi'\n",
        "[paths]\n# run_dir = '/srv/sinergi'\n",
    ],
)
def test_the_quick_look_into_the_settings_finds_what_the_parser_finds(tmp_path: Path, settings: str) -> None:
    file = tmp_path / "agent.toml"
    file.write_text(settings)
    environment = {"SINERGI_CONFIG": str(file)}

    assert status.status_file(environment) == str(locate(environment).status_file)


def test_settings_that_this_user_may_not_read_leave_the_default(tmp_path: Path) -> None:
    assert status.status_file({"SINERGI_CONFIG": str(tmp_path / "none")}) == "/run/sinergi/status.json"
