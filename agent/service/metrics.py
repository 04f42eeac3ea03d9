"""What a monitoring system may read of the agent: the facts of status.json as Prometheus writes numbers.

Counts, times and states alone: no amount of a budget, no account, no host of a database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from agent import status
from agent.published import publish

_DELIVERY_STATES = ("queued", "offered", "committed", "done", "refused")
_NODE_STATES = ("pending", "mapped", "suspended", "revoked", "replaced", "rejected")
NAMES: Mapping[str, str] = {
    "sinergi_info": "Version, node and Pemda, as labels; always 1.",
    "sinergi_running": "1 while the agent runs, 0 after it ended on purpose.",
    "sinergi_written_timestamp_seconds": "When the agent wrote this; after five minutes it does not run.",
    "sinergi_exit_code": "What `sinergi status` returns: 0 healthy, 1 degraded, 3 down, 4 DJPK, 5 you.",
    "sinergi_situation": "1 for each situation that stands, 0 for every other.",
    "sinergi_node_state": "1 for the state of this node by the centre's last word, 0 for every other.",
    "sinergi_queued_snapshots": "Snapshots on their way to the centre.",
    "sinergi_snapshot_state": "1 for the state of the newest snapshot, 0 for every other.",
    "sinergi_snapshot_taken_timestamp_seconds": "When the newest snapshot was taken.",
    "sinergi_centre_last_answer_timestamp_seconds": "When the centre last answered.",
    "sinergi_database_last_read_timestamp_seconds": "When the finance database was last read to its end.",
    "sinergi_next_snapshot_timestamp_seconds": "When the next snapshot is due.",
    "sinergi_next_deadline_timestamp_seconds": "The next deadline of the centre.",
    "sinergi_clock_offset_seconds": "How far the centre's clock is ahead of this server's.",
}
"""Every metric and what it says; one whose value is not known is left out."""


def exposition(facts: status.Facts) -> str:
    """The text of the file, for these facts."""
    samples: dict[str, list[str]] = {}
    for name, labels, value in _samples(facts):
        samples.setdefault(name, []).append(f"{name}{_labels(labels)} {value}")
    lines = []
    for name, about in NAMES.items():
        if name in samples:
            lines += [f"# HELP {name} {about}", f"# TYPE {name} gauge", *samples[name]]
    return "\n".join(lines) + "\n"


def write(path: Path, facts: status.Facts) -> None:
    """Replace the file in one step, readable by everyone; raises OSError, and then leaves nothing behind."""
    publish(str(path), exposition(facts).encode())


def _samples(facts: status.Facts) -> Iterator[tuple[str, dict[str, str], int]]:
    found = status.situations(facts, alive=facts["running"] or bool(facts.get("once_at")))
    centre, snapshot, database, pemda = facts["centre"], facts["snapshot"], facts["database"], facts["pemda"]
    info = {"version": facts["agent_version"], "node": facts["node_id"] or "", "pemda": ""}
    yield "sinergi_info", {**info, **({"pemda": pemda["kode"]} if pemda else {})}, 1
    yield "sinergi_running", {}, int(facts["running"])
    yield "sinergi_exit_code", {}, status.exit_code(found)
    yield "sinergi_queued_snapshots", {}, facts["queued"]
    yield "sinergi_clock_offset_seconds", {}, facts["clock_offset"]
    yield from _one_of("sinergi_situation", "situation", tuple(status.EXIT_CODES), set(found))
    yield from _one_of("sinergi_node_state", "state", _NODE_STATES, {centre["state"]})
    yield from _one_of(
        "sinergi_snapshot_state", "state", _DELIVERY_STATES, {snapshot["state"] if snapshot else None}
    )
    times = {
        "sinergi_written": facts["written_at"],
        "sinergi_snapshot_taken": snapshot["taken_at"] if snapshot else None,
        "sinergi_centre_last_answer": centre["last_answer_at"],
        "sinergi_database_last_read": database["last_read_at"] if database else None,
        "sinergi_next_snapshot": facts["next_snapshot_at"],
        "sinergi_next_deadline": facts["next_deadline"],
    }
    for name, moment in times.items():
        if moment:
            seconds = int(datetime.fromisoformat(moment).timestamp())
            yield f"{name}_timestamp_seconds", {}, seconds


def _one_of(
    name: str, label: str, known: tuple[str, ...], found: set[str] | set[str | None]
) -> Iterator[tuple[str, dict[str, str], int]]:
    for one in known:
        yield name, {label: one}, int(one in found)


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    written = (f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{','.join(written)}}}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
