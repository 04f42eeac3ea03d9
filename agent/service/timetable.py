"""Which schedule holds: what agent.toml says, else what DJPK has set on Master SIKD, else daily."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import TYPE_CHECKING

from agent.errors import ScheduleNotUnderstood
from agent.journal import note
from agent.service.health import Area, Health
from agent.service.schedule import Plan, next_due, plan_of
from contract.text import T
from contract.wire.cron import NotASchedule
from contract.wire.messages import CheckinAnswer
from contract.wire.schedule import DAILY, read_schedule
from contract.wire.states import NodeState

if TYPE_CHECKING:
    from agent.node import Node


class Origin(StrEnum):
    """Who has said when to read; `sinergi status` shows it."""

    SETTINGS = "agent.toml"
    CENTRE = "centre"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The schedule that holds, and where it comes from."""

    line: str
    origin: Origin


def chosen(node: Node) -> Chosen:
    """What holds for this node now."""
    if (own := node.config.schedule.snapshot) is not None:
        return Chosen(own, Origin.SETTINGS)
    said = node.state.schedule()
    return Chosen(said, Origin.CENTRE) if said is not None and _is_readable(said) else _NOBODYS


_NOBODYS = Chosen(DAILY, Origin.DEFAULT)


class Timetable:
    """When to read; it follows the centre where agent.toml says nothing, and the quiet hours always."""

    def __init__(self, node: Node, health: Health, zone: tzinfo) -> None:
        self._node, self._health, self._zone = node, health, zone
        self._plan: Plan = self._planned()

    def next_due(self, last: datetime | None, now: datetime) -> datetime:
        """When to read next (UTC): `now` where it is due already."""
        return next_due(self._plan, last=last, now=now)

    def hear(self, answer: CheckinAnswer, now: datetime) -> None:
        """Keep what the answer to a check-in says; what this version cannot read changes nothing."""
        if answer.state is not NodeState.MAPPED or not answer.checkin_id:
            return  # an answer to a registration says nothing about it
        if answer.schedule is not None and not _is_readable(answer.schedule):
            self._cannot_read(answer.schedule, now)
            return
        self._health.works("schedule")
        if answer.schedule != self._node.state.schedule():
            self._node.state.keep_schedule(answer.schedule)
            self._plan = self._planned()
            note("schedule heard", schedule=answer.schedule or "-", holds=chosen(self._node).origin)

    def _planned(self) -> Plan:
        quiet = self._node.config.schedule.quiet_hours
        return plan_of(chosen(self._node).line, quiet, self._node.keys.node_id, self._zone)

    def _cannot_read(self, line: str, now: datetime) -> None:
        if self._node.config.schedule.snapshot is not None:
            self._health.works("schedule")  # what agent.toml says would hold in any case
            return
        error = ScheduleNotUnderstood(
            T("DJPK has set the schedule {line}, which this version cannot read.", line=repr(line)),
            remedy=T("Update the agent; until then it reads by the former schedule."),
        )
        self._health.failed("schedule", error, now, area=Area.AGENT)


def _is_readable(line: str) -> bool:
    try:
        read_schedule(line)
    except NotASchedule:
        return False
    return True
