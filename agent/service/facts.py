"""What the daemon tells of its node in status.json: who it is, where it stands, what stands in its way."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from agent import status
from agent.access.book import read_book
from agent.access.in_use import access_awaited
from agent.access.target import itself
from agent.errors import AccessAwaited
from agent.host import this_host
from agent.i18n import translator
from agent.service.health import Area, Health
from agent.service.timetable import chosen
from agent.sign import stated_in
from agent.standing import standing_of
from agent.storage.outbox import Delivery, Outbox, QueuedSnapshot
from contract.budget.findings import Level
from contract.budget.kinds import by_kind
from contract.errors import ExplainedError
from contract.text import Text
from contract.wire import identity
from contract.wire.documents import format_time

if TYPE_CHECKING:
    from agent.keys import NodeKeys
    from agent.node import Node
    from agent.storage.state import StoredAnswer
    from contract.wire.messages import CheckinAnswer

_WIB = timedelta(hours=7)
_GONE = {Delivery.REPLACED, Delivery.DAMAGED}


def facts(
    node: Node, health: Health, *, running: bool, next_snapshot_at: datetime | None, now: datetime
) -> status.Facts:
    """Everything that status.json says of this node."""
    said = standing_of(node.state, node.keys.node_id)
    apbd = node.config.apbd
    return {
        **_without_node(now),
        "running": running,
        "node_id": node.keys.node_id,
        "match_code": _match_code(node, said),
        "sealing_key": identity.fingerprint(node.keys.sealing_der)[:9],
        "access": _access(node),
        "tahun_anggaran": apbd.tahun if apbd else None,
        "centre": _centre(node, health, said),
        "pemda": {"kode": said.kode_pemda, "nama": said.nama_pemda} if said and said.kode_pemda else None,
        "database": _database(node, health),
        "snapshot": _snapshot(node, health),
        "queued": node.outbox.waiting(),
        "next_snapshot_at": _time(next_snapshot_at),
        "schedule": _schedule(node),
        "next_deadline": _time(_deadline(node, said)),
        "clock_offset": round(node.state.clock_offset().total_seconds()),
        "trouble": trouble(health.error(Area.AGENT)),
    }


def facts_of_failure(
    error: ExplainedError, now: datetime, *, running: bool = False, before: status.Facts | None = None
) -> status.Facts:
    """What status.json says of an agent that cannot even look at itself: what was known before, and why."""
    nothing = _without_node(now)
    return {
        **(before or nothing),
        "agent_version": nothing["agent_version"],
        "pid": nothing["pid"],
        "written_at": nothing["written_at"],
        "running": running,
        "once_at": None,
        "trouble": trouble(error),
    }


def trouble(error: ExplainedError | None) -> status.Trouble | None:
    """An error as status.json has it, in every language, so that its reader needs no catalogue."""
    if error is None:
        return None
    return {
        "code": error.code,
        "problem": _said(error.problem),
        "remedy": _said(error.remedy),
        "retry_helps": error.retry_helps,
    }


def _without_node(now: datetime) -> status.Facts:
    return {
        "schema": status.SCHEMA,
        "agent_version": this_host().version,
        "pid": os.getpid(),
        "running": False,
        "once_at": None,
        "written_at": format_time(now),
        "node_id": None,
        "match_code": None,
        "sealing_key": None,
        "access": None,
        "tahun_anggaran": None,
        "centre": {
            "url": None,
            "fingerprint": None,
            "state": None,
            "reason": "",
            "last_answer_at": None,
            "trouble": None,
        },
        "pemda": None,
        "database": None,
        "snapshot": None,
        "queued": 0,
        "next_snapshot_at": None,
        "schedule": None,
        "next_deadline": None,
        "clock_offset": 0,
        "trouble": None,
    }


def _centre(node: Node, health: Health, said: CheckinAnswer | None) -> status.CentreFacts:
    trusted, answer, settings = node.state.trusted_centre(), node.state.last_answer(), node.config.centre
    return {
        "url": settings.url if settings else None,
        "fingerprint": identity.fingerprint(trusted.key_der) if trusted else None,
        "state": said.state.value if said else None,
        "reason": said.reason if said else "",
        "last_answer_at": _time(_answered_at(answer, settings.url if settings else "")),
        "trouble": trouble(health.error(Area.CENTRE)),
    }


def _answered_at(answer: StoredAnswer | None, url: str) -> datetime | None:
    """When this very address answered; what came from the one before says nothing of it."""
    return answer.received_at if answer and answer.address in {url, ""} else None


def _match_code(node: Node, said: CheckinAnswer | None) -> str | None:
    trusted = node.state.trusted_centre()
    if trusted is None or said is None:
        return None
    return node.keys.match_code(trusted.key_der, identity.from_base64(said.match_nonce))


def _access(node: Node) -> str | None:
    """What somebody at this node has to do about an access from the centre; None where nothing."""
    book = read_book(node.vault)
    if book.refusal:
        return "refused"
    # This is written every few seconds, so no resolver may keep it waiting.
    return "to_approve" if book.newest and not node.may_use(book.newest, itself) else None


def _database(node: Node, health: Health) -> status.DatabaseFacts:
    """The database that budgets are read from; where there is none yet, that is the trouble."""
    book = read_book(node.vault)
    used = book.in_use.access if book.in_use else node.config.database
    stands = health.error(Area.DATABASE)
    if used is None and (stands is None or isinstance(stands, AccessAwaited)):
        # Whose turn it is may have changed since the agent last tried to read.
        stands = access_awaited(book, node.config, node.vault, itself)
    return {
        "application": used.application if used else "",
        "engine": str(used.engine) if used else "",
        "last_read_at": _time(node.state.last_reading()),
        "trouble": trouble(stands),
    }


def _schedule(node: Node) -> status.ScheduleFacts:
    holds = chosen(node)
    return {"snapshot": holds.line, "origin": holds.origin.value}


def _snapshot(node: Node, health: Health) -> status.SnapshotFacts | None:
    newest = _newest(node)
    problem = trouble(health.error(Area.SNAPSHOT))
    if newest is None and problem is None:
        return None
    return {
        "snapshot_id": newest.snapshot_id if newest else "",
        "taken_at": format_time(newest.queued_at) if newest else "",
        "state": newest.state.value if newest else "none",
        "findings": _findings(node.outbox, node.keys, newest.snapshot_id) if newest else None,
        "trouble": problem,
    }


@lru_cache(maxsize=1)
def _findings(outbox: Outbox, keys: NodeKeys, snapshot_id: str) -> int | None:
    """How many warnings a snapshot was signed with; read once, for this is asked every few seconds."""
    try:
        stated = stated_in(outbox.envelope(snapshot_id), keys)
    except ExplainedError:
        return None
    kinds = by_kind(wire.finding() for wire in stated.findings)
    return sum(kind.count for kind in kinds if kind.level is Level.WARNING)


def _newest(node: Node) -> QueuedSnapshot | None:
    return next((one for one in node.outbox.history() if one.state not in _GONE), None)


def _deadline(node: Node, said: CheckinAnswer | None) -> datetime | None:
    """What the centre says, unless that is another year's: then 31 January 24:00 WIB of the budget year."""
    named, apbd = said.next_deadline if said else None, node.config.apbd
    if apbd is None or (named and (named + _WIB).year == apbd.tahun):
        return named
    return datetime(apbd.tahun, 1, 31, 17, tzinfo=UTC)


def _time(moment: datetime | None) -> str | None:
    return format_time(moment) if moment else None


def _said(text: Text) -> status.Said:
    indonesian: Callable[[str], str] = translator("id")
    return {"id": text.translated(indonesian), "en": str(text)}
