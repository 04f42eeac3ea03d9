"""A status.json as a daemon would write it, well or in any kind of trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.status import SCHEMA

if TYPE_CHECKING:
    from agent.status import Facts, Trouble

PASSING: Trouble = {
    "code": "SIKD-E401",
    "problem": {"id": "Pusat tidak dapat dihubungi.", "en": "The centre cannot be reached."},
    "remedy": {"id": "Periksa jaringan.", "en": "Check the network."},
    "retry_helps": True,
}
STAYING: Trouble = {
    "code": "SIKD-E302",
    "problem": {"id": "Kata sandi ditolak.", "en": "The password is refused."},
    "remedy": {"id": "Perbaiki kata sandi.", "en": "Correct the password."},
    "retry_helps": False,
}


def facts(
    *,
    state: str | None = "mapped",
    reason: str = "",
    snapshot: str | None = None,
    findings: int | None = 0,
    queued: int = 0,
    centre_trouble: Trouble | None = None,
    database_trouble: Trouble | None = None,
    snapshot_trouble: Trouble | None = None,
    trouble: Trouble | None = None,
    pid: int = 1,
    running: bool = True,
    once_at: str | None = None,
) -> Facts:
    """What a running, mapped, healthy agent says, but for what is asked for."""
    mapped = state not in {None, "pending", "rejected"}
    return {
        "schema": SCHEMA,
        "agent_version": "0.1.0",
        "pid": pid,
        "running": running,
        "once_at": once_at,
        "written_at": "2026-01-20T03:00:00Z",
        "node_id": "sikd1qpzry9x8gf2tvdw0s3jn54khce",
        "match_code": "qpzry9x8" if state else None,
        "sealing_key": "3F2A 91BC",
        "access": None,
        "tahun_anggaran": 2026,
        "centre": {
            "url": "https://sikd.example",
            "fingerprint": "AB12 CD34" if state else None,
            "state": state,
            "reason": reason,
            "last_answer_at": "2026-01-20T02:59:30Z" if state else None,
            "trouble": centre_trouble,
        },
        "pemda": {"kode": "11.10", "nama": "Kabupaten Jepara"} if mapped else None,
        "database": {
            "application": "wp-sipd",
            "engine": "mysql",
            "last_read_at": "2026-01-19T19:12:00Z",
            "trouble": database_trouble,
        },
        "snapshot": {
            "snapshot_id": "3fa9" * 16 if snapshot != "none" else "",
            "taken_at": "2026-01-19T19:12:00Z",
            "state": snapshot,
            "findings": findings,
            "trouble": snapshot_trouble,
        }
        if snapshot
        else None,
        "queued": queued,
        "next_snapshot_at": "2026-01-20T19:12:00Z" if mapped else None,
        "schedule": {"snapshot": "daily", "origin": "default"},
        "next_deadline": "2026-01-31T17:00:00Z",
        "clock_offset": 0,
        "trouble": trouble,
    }
