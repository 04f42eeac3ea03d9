"""What anyone on this server may know about the agent: the file the daemon keeps, and what follows from it.

Only the standard library, and little of it: `sinergi status` answers in the time that Python itself needs.
The types of the file are for the type checker alone; nothing secret is ever written here.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypedDict

    class Said(TypedDict):
        """One sentence in each language, so that its reader needs no catalogue."""

        id: str
        en: str

    class Trouble(TypedDict):
        """An error that stands: its code, what happened, what to do, and whether it may pass by itself."""

        code: str
        problem: Said
        remedy: Said
        retry_helps: bool

    class CentreFacts(TypedDict):
        """The centre as this node sees it; `state` is None until it has answered once."""

        url: str | None
        fingerprint: str | None
        state: str | None
        reason: str
        last_answer_at: str | None
        trouble: Trouble | None

    class PemdaFacts(TypedDict):
        """The Pemda that this node is mapped to."""

        kode: str
        nama: str

    class DatabaseFacts(TypedDict):
        """The finance database, without any account; no application and no engine where none is known."""

        application: str
        engine: str
        last_read_at: str | None
        trouble: Trouble | None

    class SnapshotFacts(TypedDict):
        """The newest snapshot: queued, committed, done or refused; findings are None where unreadable."""

        snapshot_id: str
        taken_at: str
        state: str
        findings: int | None
        trouble: Trouble | None

    class ScheduleFacts(TypedDict):
        """When the budget is read, and who says so: `agent.toml`, `centre`, or nobody: `default`."""

        snapshot: str
        origin: str

    class Facts(TypedDict):
        """status.json; times are UTC like 2026-01-31T17:00:00Z."""

        schema: str
        agent_version: str
        pid: int
        running: bool
        once_at: str | None
        written_at: str
        node_id: str | None
        match_code: str | None
        sealing_key: str | None
        access: str | None
        tahun_anggaran: int | None
        centre: CentreFacts
        pemda: PemdaFacts | None
        database: DatabaseFacts | None
        snapshot: SnapshotFacts | None
        queued: int
        next_snapshot_at: str | None
        schedule: ScheduleFacts | None
        next_deadline: str | None
        clock_offset: int
        trouble: Trouble | None


SCHEMA = "sinergi.status/1"
DEFAULT_CONFIG, DEFAULT_RUN_DIR = "/etc/sinergi/agent.toml", "/run/sinergi"
STALE_SECONDS = 300
"""The daemon writes every minute, in mid-work too; after five it does not run, whatever its process says."""
ONCE_SECONDS = 25 * 3600
"""A node that cron serves runs daily or more often, and may take an hour longer than the day before."""

NOT_RUNNING, NOT_ENROLLED, WAITING_FOR_MAPPING = "not_running", "not_enrolled", "waiting_for_mapping"
WAITING_FOR_ACCESS = "waiting_for_access"
NODE_REFUSED, CENTRE_DOWN, CENTRE_NEEDS_YOU = "node_refused", "centre_down", "centre_needs_you"
DATABASE_DOWN, DATABASE_NEEDS_YOU = "database_down", "database_needs_you"
SNAPSHOT_REFUSED = "snapshot_refused"
AGENT_IMPAIRED, AGENT_NEEDS_YOU, CLOCK_OFF = "agent_impaired", "agent_needs_you", "clock_off"
CLOCK_TOLERANCE_SECONDS = 300
"""As far as the centre lets clocks differ; a node that is further off goes by the centre's clock."""

EXIT_CODES = {
    NOT_RUNNING: 3,
    NOT_ENROLLED: 5,
    NODE_REFUSED: 5,
    CENTRE_NEEDS_YOU: 5,
    DATABASE_NEEDS_YOU: 5,
    SNAPSHOT_REFUSED: 5,
    AGENT_NEEDS_YOU: 5,
    WAITING_FOR_MAPPING: 4,
    WAITING_FOR_ACCESS: 4,
    CENTRE_DOWN: 1,
    DATABASE_DOWN: 1,
    AGENT_IMPAIRED: 1,
    CLOCK_OFF: 1,
}
_NOT_CONFIRMED, _ACCESS_AWAITED, _ACCESS_APPROVED = "SIKD-E403", "SIKD-E447", "SIKD-E448"
_WORST_FIRST = (3, 5, 4, 1)


def status_file(environment: Mapping[str, str]) -> str:
    """Where the daemon writes; `run_dir` of agent.toml where this user may read that, else the default.

    Lines are looked at instead of parsed, because a TOML parser takes longer to load than all the rest.
    """
    try:
        with open(environment.get("SINERGI_CONFIG") or DEFAULT_CONFIG, encoding="utf-8") as lines:  # noqa: PTH123
            section = ""
            for line in map(str.strip, lines):
                if line.startswith("["):
                    section = line.partition("]")[0].strip("[ ")
                name, _, value = line.partition("=")
                if section == "paths" and name.strip() == "run_dir":
                    return value.strip()[1:].partition(value.strip()[:1])[0] + "/status.json"
    except (OSError, ValueError):
        pass
    return DEFAULT_RUN_DIR + "/status.json"


def read(path: str) -> Facts | None:
    """What the daemon wrote last; None where there is nothing that this version can read."""
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            facts: Facts = _parsed(file.read())
    except (OSError, ValueError, StopIteration):
        return None
    of_this_form = isinstance(facts, dict) and facts.get("schema") == SCHEMA  # type: ignore[redundant-expr]
    return facts if of_this_form else None


def write(path: str, facts: Facts) -> None:
    """Replace the file in one step, readable by everyone; raises OSError, and then leaves nothing behind."""
    from agent.published import publish

    publish(path, as_bytes(facts))


def as_bytes(facts: Facts) -> bytes:
    """The file's content."""
    import json

    return json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()


class _Strict:
    """What `json.JSONDecoder` tells the scanner beneath it."""

    strict, parse_float, parse_int, parse_constant = True, float, int, float
    object_hook = object_pairs_hook = None


def _parsed(text: str) -> Facts:
    # `json` loads the regular expressions, a third of what this command costs; its scanner needs none.
    try:
        from _json import make_scanner
    except ImportError:
        import json

        facts: Facts = json.loads(text)
        return facts
    scanned: Facts = make_scanner(_Strict)(text, 0)[0]  # type: ignore[arg-type]  # its context is duck-typed
    return scanned


def age_of(path: str, now: float) -> float:
    """Seconds since the daemon wrote, at `now` (Unix time); infinite where it never did."""
    try:
        return now - os.stat(path).st_mtime  # noqa: PTH116
    except OSError:
        return float("inf")


def is_alive(pid: int) -> bool:
    """Whether a process of this number exists, whoever owns it."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def is_at_work(facts: Facts, path: str, now: float) -> bool:
    """Whether the agent serves this node at `now` (Unix time): it runs, or cron has run it within a day."""
    if facts["running"]:
        return age_of(path, now) < STALE_SECONDS and is_alive(facts["pid"])
    # A daemon of an older version has not written it.
    once_at = facts.get("once_at")
    if not once_at:
        return False
    from datetime import datetime

    return abs(now - datetime.fromisoformat(once_at).timestamp()) < ONCE_SECONDS


def is_set_up(environment: Mapping[str, str]) -> bool:
    """Whether `sinergi init` has been here; where this user may not look, it is taken to have been."""
    try:
        os.stat(environment.get("SINERGI_CONFIG") or DEFAULT_CONFIG)  # noqa: PTH116
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


def situations(facts: Facts | None, *, alive: bool, set_up: bool = True) -> list[str]:
    """What is not well, worst first; an empty list is a healthy agent.

    Before `sinergi init` there is nothing that could run, so that comes first, whatever the codes.
    """
    if not facts and not set_up:
        return [NOT_ENROLLED, NOT_RUNNING]
    found = [] if facts and alive else [NOT_RUNNING]
    if facts:
        found += [*_with_the_centre(facts), *_with_the_work(facts)]
    return sorted(found, key=lambda situation: _WORST_FIRST.index(EXIT_CODES[situation]))


def exit_code(found: list[str]) -> int:
    """0 healthy, else the code of the worst situation."""
    return min((EXIT_CODES[situation] for situation in found), key=_WORST_FIRST.index, default=0)


def _with_the_centre(facts: Facts) -> list[str]:
    centre = facts["centre"]
    trouble, state = centre["trouble"], centre["state"]
    found = []
    if trouble:
        found.append(CENTRE_DOWN if trouble["retry_helps"] else CENTRE_NEEDS_YOU)
    if state is None:
        # A first answer that is only late needs nobody; it is fetched as soon as the centre is back.
        if found == [CENTRE_DOWN]:
            return found
        # Where the agent itself could not begin, nobody has even looked whether this node is enrolled.
        if facts["trouble"]:
            return found
        # That nobody has confirmed the centre is what "not enrolled" says already; a ticket refused is more.
        return [NOT_ENROLLED] if not trouble or trouble["code"] == _NOT_CONFIRMED else [NOT_ENROLLED, *found]
    if state == "pending":
        found.append(WAITING_FOR_MAPPING)
    elif state != "mapped":
        found.append(NODE_REFUSED)
    return found


def _can_wait(trouble: Trouble, facts: Facts) -> bool:
    """Whether this is nobody's turn yet: an access is entered once the node is mapped."""
    return trouble["code"] in {_ACCESS_AWAITED, _ACCESS_APPROVED} and facts["centre"]["state"] != "mapped"


def _with_the_database(trouble: Trouble) -> str:
    if trouble["code"] == _ACCESS_APPROVED:
        return WAITING_FOR_ACCESS
    return DATABASE_DOWN if trouble["retry_helps"] else DATABASE_NEEDS_YOU


def _with_the_work(facts: Facts) -> list[str]:
    found = []
    database, snapshot, own = facts["database"], facts["snapshot"], facts["trouble"]
    if database and (trouble := database["trouble"]) and not _can_wait(trouble, facts):
        found.append(_with_the_database(trouble))
    if snapshot and (snapshot["trouble"] or snapshot["state"] == "refused"):
        found.append(SNAPSHOT_REFUSED)
    # A daemon of an older version has not written it.
    if abs(facts.get("clock_offset", 0)) > CLOCK_TOLERANCE_SECONDS:
        found.append(CLOCK_OFF)
    if own:
        found.append(AGENT_IMPAIRED if own["retry_helps"] else AGENT_NEEDS_YOU)
    return found
