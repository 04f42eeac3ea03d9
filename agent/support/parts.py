"""The parts of a support bundle, each a small text: settings, status, versions, state, unit, log.

A part that this user may not see, or that cannot be read, says so in its place.
"""

from __future__ import annotations

import json
import platform
import sqlite3
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from agent import status
from agent.checkup.service import Unit
from agent.host import this_host
from agent.paths import Paths
from agent.service.logbook import BOOTED, Wanted, lines, shown
from agent.storage.outbox import Outbox
from agent.storage.state import State
from agent.support import redaction
from contract.errors import ExplainedError
from contract.wire import envelope
from contract.wire.canonical import sha256_hex
from contract.wire.documents import format_time
from contract.wire.manifest import WireTotals, read_manifest

_PACKAGES = (
    "apscheduler",
    "cryptography",
    "httpx",
    "keyring",
    "oracledb",
    "psycopg",
    "pydantic",
    "pymysql",
    "sqlalchemy",
)
_NEWEST = 20


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the bundle."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Where the node is, and what was asked for beside the usual."""

    paths: Paths
    environment: Mapping[str, str]
    log: str
    """Read before, because the journal is open to the person with sudo and closed to the service user."""
    with_amounts: bool


def parts(asked: Asked, unit: Unit | None, doctor: Mapping[str, object]) -> Iterator[Part]:
    """Every part but what explains them, by name."""
    yield Part("agent.toml.json", _json(_or_why(lambda: _settings(asked.paths.config_file))))
    yield Part("doctor.json", _json(doctor))
    yield Part("log.txt", asked.log)
    yield Part("sinergi.service.txt", _unit_files(unit))
    yield Part("state.json", _json(_or_why(lambda: _state(asked))))
    yield Part("status.json", _json(status.read(status.status_file(asked.environment))))
    yield Part("versions.json", _json(_versions()))


def _settings(file: Path) -> dict[str, Any]:
    return redaction.settings(file.read_text(encoding="utf-8"))


def log_text(count: int, environment: Mapping[str, str], booted: Path = BOOTED) -> str:
    """The last lines of the log as this user may read them, or why not."""
    try:
        found = list(lines(Wanted(count), environment, booted))
    except ExplainedError as error:
        return f"{error.code}: {error}\n"
    return "".join(f"{shown(line)}\n" for line in found)


def _unit_files(unit: Unit | None) -> str:
    texts = []
    for file in (unit.file, *unit.drop_ins.split()) if unit and unit.installed else ():
        try:
            text = redaction.unit_file(Path(file).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            text = _why(error)
        texts.append(f"# {file}\n{text}")
    return "\n".join(texts) or "no unit\n"


def _state(asked: Asked) -> dict[str, Any]:
    if not asked.paths.state_file.exists():
        return {}
    with (
        closing(State(asked.paths.state_file, only_look=True)) as state,
        closing(Outbox(asked.paths.outbox_file, only_look=True)) as outbox,
    ):
        return {**_node(state), **_deliveries(outbox, with_amounts=asked.with_amounts)}


def _node(state: State) -> dict[str, Any]:
    trusted, answer = state.trusted_centre(), state.last_answer()
    return {
        "centre_url": trusted.public_url if trusted else None,
        "centre_key": sha256_hex(trusted.key_der) if trusted else None,
        "counter": state.counter(),
        "clock_offset": round(state.clock_offset().total_seconds()),
        "last_answer_at": _time(answer.received_at if answer else None),
        "last_reading_at": _time(state.last_reading()),
    }


def _deliveries(outbox: Outbox, *, with_amounts: bool) -> dict[str, Any]:
    return {
        "snapshots": [
            {
                "snapshot_id": one.snapshot_id,
                "content_id": one.content_id,
                "tahun_anggaran": one.tahun,
                "sequence": one.sequence,
                "state": one.state,
                "queued_at": format_time(one.queued_at),
                **({"totals": _totals(outbox, one.snapshot_id)} if with_amounts else {}),
            }
            for one in outbox.history(_NEWEST)
        ],
        "receipts": [
            {"snapshot_id": one.snapshot_id, "type": one.type} for one in outbox.receipts()[:_NEWEST]
        ],
    }


def _totals(outbox: Outbox, snapshot_id: str) -> dict[str, Any]:
    payload = envelope.read(outbox.envelope(snapshot_id)).unverified_payload
    stated: WireTotals = read_manifest(payload).totals
    return stated.model_dump(mode="json")


def _versions() -> dict[str, Any]:
    return {
        "sinergi": this_host().version,
        "python": platform.python_version(),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", "") if _has_os_release() else "",
        "kernel": platform.release(),
        "machine": platform.machine(),
        "openssl": ssl.OPENSSL_VERSION,
        "sqlite": sqlite3.sqlite_version,
        **{name: _version(name) for name in _PACKAGES},
    }


def _has_os_release() -> bool:
    return any(Path(file).is_file() for file in ("/etc/os-release", "/usr/lib/os-release"))


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _time(moment: datetime | None) -> str | None:
    return format_time(moment) if moment else None


def _or_why(made: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return made()
    except (ExplainedError, OSError, ValueError) as error:
        return {"not_shown": _why(error)}


def _why(error: Exception) -> str:
    if isinstance(error, ExplainedError):
        return f"{error.code}: {error.problem}"
    # What a parser says may quote the line, and in the line may be anything.
    return f"{type(error).__name__}: {getattr(error, 'strerror', None) or 'cannot be read'}"


def _json(found: object) -> str:
    return json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def without_secrets(found: Sequence[Part], secrets: Sequence[str]) -> list[Part]:
    """The parts in the order of their names, once more searched for every secret."""
    clean = (Part(part.name, redaction.scrubbed(part.text, secrets)) for part in found)
    return sorted(clean, key=lambda part: part.name)
