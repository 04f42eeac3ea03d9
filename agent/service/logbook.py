"""Reading what the agent has logged: from journald where systemd keeps it, else from the file it writes into.

Nothing is kept here; the agent itself writes to standard error and knows nothing of where that leads.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import which
from typing import TextIO

from agent import status
from agent.errors import AgentError
from contract.text import T, Text

UNIT = "sinergi.service"
BOOTED = Path("/run/systemd/system")
"""There where systemd runs this server, as sd_booted(3) says."""
_LEVELS = ("emergency", "alert", "critical", "error", "warning", "notice", "info", "debug")
_JOURNALS = Path("/run/log/journal"), Path("/var/log/journal")
_NO_TIME = "Failed to parse timestamp"
_CLOSED = ("insufficient permissions", "not seeing messages")
_LOOK_AGAIN_SECONDS = 0.5


class LogUnreadable(AgentError):
    """The log is not where it could be read, or not for this user."""

    slug, code = "log-unreadable", "SIKD-E455"


@dataclass(frozen=True, slots=True)
class Line:
    """One event; a file has neither time nor level."""

    at: datetime | None
    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: the last `count`, not before `since` (as journalctl reads it), and those to come."""

    count: int
    since: str = ""
    follow: bool = False


def lines(wanted: Wanted, environment: Mapping[str, str], booted: Path = BOOTED) -> Iterator[Line]:
    """The lines, old before new; raises LogUnreadable."""
    journalctl = which("journalctl", path=environment.get("PATH"))
    if journalctl is not None and booted.is_dir():
        return _in_the_journal(journalctl, wanted)
    return _in_the_file(_file_of_the_agent(environment), wanted)


def shown(line: Line) -> str:
    """A line as people read it, in this server's time, whose zone is named."""
    moment = f"{line.at.astimezone():%Y-%m-%d %H:%M:%S %Z} " if line.at else ""
    mark = f"[{line.level}] " if line.level not in {"", "info"} else ""
    return f"{moment}{mark}{line.text}"


def _in_the_journal(journalctl: str, wanted: Wanted) -> Iterator[Line]:
    asked = [journalctl, "--no-pager", f"--unit={UNIT}", "--output=json"]
    asked += [f"--since={wanted.since}"] if wanted.since else []
    # From the end back: with --since, journalctl counts its lines from there.
    asked += ["--follow"] if wanted.follow else ["--reverse"]
    asked += ["--lines=all" if wanted.follow and wanted.since else f"--lines={wanted.count}"]
    if wanted.follow and _is_closed():
        raise _closed()  # journalctl would wait for ever for lines that it may not show
    came = False
    with _running(asked) as process:
        entries: Iterable[str] = process.stdout or ()
        for entry in entries if wanted.follow else reversed(list(entries)):
            came = True
            yield _line_of(json.loads(entry))
        complaint = process.stderr.read() if process.stderr else ""
        if any(word in complaint for word in _CLOSED):
            raise _closed()
        if process.wait():
            if _NO_TIME in complaint:
                raise _no_time(wanted.since)
            raise _unreadable(T("journalctl says: {why}", why=complaint.strip()[:300]))
        if not came and _is_closed():
            raise _closed()


def _is_closed() -> bool:
    """Whether the system's journal is closed to this user; journalctl may then show nothing, contentedly."""
    journals = (file for folder in _JOURNALS for file in folder.glob("*/system.journal"))
    return os.geteuid() != 0 and not any(os.access(file, os.R_OK) for file in journals)


@contextmanager
def _running(asked: list[str]) -> Iterator[subprocess.Popen[str]]:
    # What it complains of is recognised by its words, so they have to be English.
    with subprocess.Popen(  # noqa: S603 - journalctl as this user would run it
        asked,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env={**os.environ, "LC_ALL": "C"},
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def _line_of(entry: Mapping[str, object]) -> Line:
    message, moment = entry.get("MESSAGE"), str(entry.get("__REALTIME_TIMESTAMP", "0"))
    if isinstance(message, list):  # how journald writes bytes that are no text
        message = bytes(message).decode(errors="replace")
    level = str(entry.get("PRIORITY", "6"))
    return Line(
        datetime.fromtimestamp(int(moment) / 1_000_000, UTC),
        _LEVELS[int(level)] if level.isdecimal() and int(level) < len(_LEVELS) else "info",
        str(message or ""),
    )


def _file_of_the_agent(environment: Mapping[str, str]) -> Path:
    """The file that the running agent's standard error leads to; raises LogUnreadable."""
    facts = status.read(status.status_file(environment))
    if facts is None or not facts["running"] or not status.is_alive(facts["pid"]):
        raise _unreadable(T("No systemd keeps a log here, and no agent runs whose log could be found."))
    link = Path(f"/proc/{facts['pid']}/fd/2")
    try:
        target = link.readlink()
        if not stat.S_ISREG(link.stat().st_mode):
            raise _unreadable(
                T("The agent writes its log to {target}, which nobody can read back.", target=target)
            )
    except OSError as error:
        raise _closed() from error
    return target


def _in_the_file(file: Path, wanted: Wanted) -> Iterator[Line]:
    if wanted.since:
        raise _unreadable(T("The lines in {file} have no time; ask without --since.", file=file))
    try:
        log = file.open(encoding="utf-8", errors="replace")
    except OSError as error:
        raise _closed() from error
    with log:
        for text in deque(log, maxlen=wanted.count):
            yield Line(None, "", text.rstrip("\n"))
        if wanted.follow:
            yield from _to_come(log)


def _to_come(log: TextIO) -> Iterator[Line]:
    while True:
        if text := log.readline():
            yield Line(None, "", text.rstrip("\n"))
        else:
            time.sleep(_LOOK_AGAIN_SECONDS)


def _closed() -> LogUnreadable:
    return LogUnreadable(
        T("This user may not read the agent's log."),
        remedy=T(
            "`sudo sinergi logs`; for good: `sudo usermod -aG systemd-journal NAME`, and sign in again."
        ),
    )


def _no_time(since: str) -> LogUnreadable:
    return LogUnreadable(
        T("`{since}` is no time that journalctl understands.", since=since),
        remedy=T('Write it like "2026-01-31 08:00", "today" or "yesterday"; two hours ago is --since=-2h.'),
    )


def _unreadable(problem: Text) -> LogUnreadable:
    return LogUnreadable(
        problem, remedy=T("Lead the output of `sinergi run` into a file, or let systemd run the agent.")
    )
