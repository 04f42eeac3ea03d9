"""`sinergi logs`: the journal, a file, and users who may read neither."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent import status
from agent.service import logbook
from agent.service.logbook import LogUnreadable, Wanted, lines, shown
from tests.fakes.facts import facts

ENTRIES = [
    {"__REALTIME_TIMESTAMP": "1768878000000000", "PRIORITY": "6", "MESSAGE": "agent started node=sikd1x"},
    {"__REALTIME_TIMESTAMP": "1768878001000000", "PRIORITY": "3", "MESSAGE": [98, 121, 116, 101, 255]},
]


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """A server of systemd, whose journalctl answers with what lies in `said` and `complained`."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "booted").mkdir()
    (tmp_path / "said").write_text("".join(json.dumps(entry) + "\n" for entry in ENTRIES))
    (tmp_path / "complained").write_text("")
    (tmp_path / "code").write_text("0")
    program = tmp_path / "bin" / "journalctl"
    program.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/asked\n'
        f'case "$*" in *--reverse*) /bin/tac {tmp_path}/said ;; *) /bin/cat {tmp_path}/said ;; esac\n'
        f"/bin/cat {tmp_path}/complained >&2\nexit $(/bin/cat {tmp_path}/code)\n"
    )
    program.chmod(0o755)
    (tmp_path / "agent.toml").write_text(f'[paths]\nrun_dir = "{tmp_path}"\n')
    return tmp_path


def environment(server: Path) -> dict[str, str]:
    return {"PATH": str(server / "bin"), "SINERGI_CONFIG": str(server / "agent.toml")}


def read(server: Path, wanted: Wanted, *, booted: bool = True) -> list[str]:
    found = lines(wanted, environment(server), server / "booted" if booted else server / "nowhere")
    return [line.text for line in found]


def test_the_journal_is_asked_for_the_service_alone(server: Path) -> None:
    read(server, Wanted(7, since="-2h"))

    asked = (server / "asked").read_text().split()
    assert {"--unit=sinergi.service", "--lines=7", "--since=-2h", "--output=json"} <= set(asked)
    assert "--follow" not in asked
    assert "--reverse" in asked, "with --since alone journalctl would give the first seven, not the last"


def test_what_is_followed_from_a_time_on_is_followed_whole(server: Path) -> None:
    read(server, Wanted(7, since="-2h", follow=True))

    asked = (server / "asked").read_text().split()
    assert {"--lines=all", "--since=-2h", "--follow"} <= set(asked)
    assert "--reverse" not in asked


def test_the_lines_have_their_time_and_level(server: Path) -> None:
    first, second = lines(Wanted(50), environment(server), server / "booted")

    assert first.at is not None
    assert first.at.isoformat() == "2026-01-20T03:00:00+00:00"
    assert (second.level, second.text) == ("error", "byte�")
    assert "[error] byte" in shown(second)


@pytest.mark.parametrize(
    "complaint",
    [
        "Hint: You are currently not seeing messages from other users and the system.",
        "No journal files were opened due to insufficient permissions.",
    ],
)
def test_a_user_who_may_not_read_the_journal_is_told(server: Path, complaint: str) -> None:
    (server / "said").write_text("")
    (server / "complained").write_text(complaint)

    with pytest.raises(LogUnreadable, match="sudo sinergi logs"):
        read(server, Wanted(50))


@pytest.mark.parametrize("wanted", [Wanted(50), Wanted(50, follow=True)])
def test_a_journal_that_is_silent_to_this_user_is_not_taken_for_an_empty_one(
    server: Path, wanted: Wanted, monkeypatch: pytest.MonkeyPatch
) -> None:
    (server / "said").write_text("")
    monkeypatch.setattr(logbook, "_JOURNALS", (server / "journal",))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(LogUnreadable, match="sudo sinergi logs"):
        read(server, wanted)


def test_a_journal_without_a_line_is_no_fault_for_who_may_read_it(
    server: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (server / "said").write_text("")
    (server / "journal" / "machine").mkdir(parents=True)
    (server / "journal" / "machine" / "system.journal").touch()
    monkeypatch.setattr(logbook, "_JOURNALS", (server / "journal",))

    assert read(server, Wanted(50)) == []


def test_a_time_that_journalctl_does_not_understand_is_told_with_those_that_it_does(server: Path) -> None:
    (server / "said").write_text("")
    (server / "complained").write_text("Failed to parse timestamp: kemarin")
    (server / "code").write_text("1")

    with pytest.raises(LogUnreadable, match=r"`kemarin` is no time.*--since=-2h"):
        read(server, Wanted(50, since="kemarin"))


def test_a_lines_time_names_its_zone(server: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "WIB-7")
    time.tzset()
    try:
        first = next(lines(Wanted(50), environment(server), server / "booted"))

        assert shown(first) == "2026-01-20 10:00:00 WIB agent started node=sikd1x"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_without_systemd_the_file_of_the_running_agent_is_read(server: Path) -> None:
    log = server / "agent.log"
    log.write_text("one\ntwo\nthree\n")
    with log.open("a") as end, subprocess.Popen(["sleep", "60"], stderr=end) as agent:
        status.write(str(server / "status.json"), facts(pid=agent.pid))

        found = read(server, Wanted(2), booted=False)

        agent.kill()
    assert found == ["two", "three"]


def test_without_an_agent_there_is_no_log_to_be_found(server: Path) -> None:
    with pytest.raises(LogUnreadable, match="no agent runs"):
        read(server, Wanted(2), booted=False)


def test_a_log_that_leads_into_nothing_is_told(server: Path) -> None:
    with subprocess.Popen(["sleep", "60"], stderr=subprocess.DEVNULL) as agent:
        status.write(str(server / "status.json"), facts(pid=agent.pid))

        with pytest.raises(LogUnreadable, match="/dev/null"):
            read(server, Wanted(2), booted=False)

        agent.kill()


def test_lines_of_a_file_have_no_time_to_ask_by(server: Path) -> None:
    with (server / "agent.log").open("a") as end, subprocess.Popen(["sleep", "60"], stderr=end) as agent:
        status.write(str(server / "status.json"), facts(pid=agent.pid))

        with pytest.raises(LogUnreadable, match="--since"):
            read(server, Wanted(2, since="today"), booted=False)

        agent.kill()


def test_following_shows_what_comes_and_ends_with_ctrl_c(server: Path) -> None:
    log = server / "agent.log"
    log.write_text("old\n")
    with log.open("a", buffering=1) as end, subprocess.Popen(["sleep", "60"], stderr=end) as agent:
        status.write(str(server / "status.json"), facts(pid=agent.pid))
        command = [sys.executable, "-m", "agent", "logs", "--follow", "--json"]
        with subprocess.Popen(
            command, env={**os.environ, **environment(server)}, stdout=subprocess.PIPE, text=True
        ) as reader:
            assert reader.stdout is not None
            shown_first = json.loads(reader.stdout.readline())
            time.sleep(0.1)
            end.write("new\n")
            shown_next = json.loads(reader.stdout.readline())
            reader.send_signal(signal.SIGINT)
            code = reader.wait(10)
        agent.kill()

    assert [shown_first["lines"][0]["text"], shown_next["lines"][0]["text"]] == ["old", "new"]
    assert code == 130
