"""When the node of a Pemda reads the budget, as an officer has set it on Master SIKD.

It belongs to the Pemda, so it outlives its node. agent.toml wins where it says something, and so do its quiet
hours; the centre does not know what it says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, String, Table, delete, insert, select

from contract.text import T
from contract.wire.cron import NotASchedule
from contract.wire.schedule import MAX_SCHEDULE, read_schedule
from sikd import audit
from sikd.accounts import User, require_officer
from sikd.database import Moment, metadata
from sikd.errors import NotAsThingsStand, NothingThere
from sikd.nodes.store import Node
from sikd.reference import pemda_by_kode

schedules = Table(
    "schedules",
    metadata,
    Column("kode_pemda", String(5), primary_key=True),
    Column("schedule", String(MAX_SCHEDULE), nullable=False),
    Column("set_by", String(60), nullable=False),
    Column("set_at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True)
class SetSchedule:
    """The schedule of a Pemda, and who has set it when."""

    kode_pemda: str
    schedule: str
    set_by: str
    set_at: datetime


def set_schedule(conn: Connection, kode_pemda: str, line: str, by: User, now: datetime) -> SetSchedule | None:
    """Set when the node of a Pemda reads the budget; an empty line takes back what was set.

    1. An officer sets it.
    2. There is such a Pemda.
    3. The agent will understand it: the same reader judges it there.
    """
    _require_officer(by)
    _require_pemda(kode_pemda)
    wanted = " ".join(line.split())
    if wanted:
        _require_schedule(wanted)
    conn.execute(delete(schedules).where(schedules.c.kode_pemda == kode_pemda))
    if not wanted:
        audit.append(conn, by.username, "schedule_taken_back", kode_pemda, {}, now, kode_pemda=kode_pemda)
        return None
    row = {"kode_pemda": kode_pemda, "schedule": wanted, "set_by": by.username, "set_at": now}
    conn.execute(insert(schedules).values(**row))
    details = {"schedule": wanted}
    audit.append(conn, by.username, "schedule_set", kode_pemda, details, now, kode_pemda=kode_pemda)
    return schedule_of(conn, kode_pemda)


def schedule_of(conn: Connection, kode_pemda: str) -> SetSchedule | None:
    """What is set for a Pemda; None where nothing is."""
    row = conn.execute(select(schedules).where(schedules.c.kode_pemda == kode_pemda)).one_or_none()
    return SetSchedule(row.kode_pemda, row.schedule, row.set_by, row.set_at) if row is not None else None


def told_to(conn: Connection, node: Node) -> str | None:
    """What the answer to a node says about it."""
    found = schedule_of(conn, node.kode_pemda) if node.kode_pemda else None
    return found.schedule if found else None


def _require_officer(by: User) -> None:
    require_officer(by, T("{username} may not set when a node reads.", username=by.username))


def _require_pemda(kode_pemda: str) -> None:
    if pemda_by_kode(kode_pemda) is None:
        raise NothingThere(
            T("There is no Pemda {kode_pemda}.", kode_pemda=repr(kode_pemda[:20])),
            remedy=T("Look the Pemda up by its name; its code looks like 11.10."),
        )


def _require_schedule(wanted: str) -> None:
    try:
        read_schedule(wanted)
    except NotASchedule as error:
        raise NotAsThingsStand(
            T("This is no schedule: {why}.", why=error.why),
            remedy=T('Write "daily", "every 6h", or five cron fields like "30 2 * * *".'),
        ) from error
