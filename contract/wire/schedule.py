"""When a node reads the budget, said in one line: in agent.toml by the Pemda, on Master SIKD by an officer.

Both programs read it here, so that what the centre lets an officer set is what the agent understands.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Literal

from contract.text import T
from contract.wire.cron import Cron, NotASchedule, read_cron

Daily = Literal["daily"]
DAILY: Daily = "daily"
"""Once a day, in the node's own slot between 00:00 and 05:00."""
MAX_SCHEDULE = 100
"""Characters."""
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_INTERVAL = re.compile(r"every ([1-9][0-9]{0,2}) ?([mhd])", re.ASCII)
_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def read_schedule(line: str) -> Daily | timedelta | Cron:
    """What a line says: daily, an interval, or the fields of cron; raises NotASchedule."""
    if line == DAILY:
        return DAILY
    if len(line) > MAX_SCHEDULE:
        raise NotASchedule(T("it is longer than {limit} characters", limit=MAX_SCHEDULE))
    if interval := _INTERVAL.fullmatch(line):
        return int(interval[1]) * _UNITS[interval[2]]
    cron = read_cron(line)
    if cron.next_after(_SOME_DAY) is None:
        raise NotASchedule(T("there is no such day"))
    return cron
