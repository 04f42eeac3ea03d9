"""When the next snapshot is due; pure: the clock and the node's own slot come in as arguments.

It is asked again every few seconds, so a run that was missed (the server slept, or was off) is due at once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo

from contract.wire.cron import Cron
from contract.wire.schedule import DAILY, read_schedule

WIB = timezone(timedelta(hours=7), "WIB")
_INDONESIAN = {timedelta(hours=hours) for hours in (7, 8, 9)}
_SLOTS = timedelta(hours=5)


@dataclass(frozen=True, slots=True)
class Plan:
    """When to read: at a time of day, at an interval, or by cron; and never within the quiet hours."""

    rule: time | timedelta | Cron
    zone: tzinfo
    quiet: tuple[time, time] | None = None


def slot_of(node_id: str) -> timedelta:
    """How long after midnight this node reads: its own second in 00:00-05:00, so that nodes spread."""
    digest = hashlib.sha256(node_id.encode()).digest()
    return timedelta(seconds=int.from_bytes(digest[:8]) % int(_SLOTS.total_seconds()))


def zone_of(local: timedelta) -> tzinfo:
    """The zone that hours are meant in: the server's own where it is Indonesian, else WIB."""
    return timezone(local) if local in _INDONESIAN else WIB


def plan_of(line: str, quiet_hours: str | None, node_id: str, zone: tzinfo) -> Plan:
    """The plan that a schedule and the quiet hours make; raises NotASchedule."""
    said = read_schedule(line)
    slot = (datetime(2026, 1, 1, tzinfo=UTC) + slot_of(node_id)).time()
    return Plan(slot if said == DAILY else said, zone, _quiet(quiet_hours))


def next_due(plan: Plan, *, last: datetime | None, now: datetime) -> datetime:
    """When to read next (UTC): `now` where it is due already; `last` is when it was last done, if ever."""
    planned = now if last is None else _after(plan, min(last, now))
    return _outside(plan, max(planned, now)).astimezone(UTC)


def _quiet(hours: str | None) -> tuple[time, time] | None:
    if hours is None:
        return None
    begin, end = hours.split("-")
    return time.fromisoformat(begin), time.fromisoformat(end)


def _after(plan: Plan, last: datetime) -> datetime:
    local = last.astimezone(plan.zone)
    if isinstance(plan.rule, timedelta):
        return last + plan.rule
    if isinstance(plan.rule, Cron):
        # A rule without any day was refused when the plan was made.
        return plan.rule.next_after(local) or local
    today = datetime.combine(local, plan.rule, plan.zone)
    return today if today > local else today + timedelta(days=1)


def _outside(plan: Plan, moment: datetime) -> datetime:
    """This moment, or the end of the quiet hours that it falls into."""
    if plan.quiet is None:
        return moment
    local, (begin, end) = moment.astimezone(plan.zone), plan.quiet
    clock = local.time()
    within = begin <= clock < end if begin <= end else clock >= begin or clock < end
    if not within:
        return moment
    ends = datetime.combine(local, end, plan.zone)
    return ends if ends > local else ends + timedelta(days=1)
