"""`sinergi run`: the rounds on a schedule, told to systemd, and ended within seconds.

The main thread only listens: to signals, to the clock, and to how the jobs are. What takes long happens in
the scheduler's threads, and reading a database in a process of its own.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from agent import status
from agent.config import load
from agent.errors import AgentError, ConfigError
from agent.journal import note
from agent.node import Node
from agent.paths import locate
from agent.service.facts import facts, facts_of_failure
from agent.service.health import Area, Health
from agent.service.listening import Bell, ClockWatch, Heard
from agent.service.notify import Notifier
from agent.service.opening import Opening
from agent.service.rounds import Rounds
from agent.service.telling import Teller
from contract.errors import ExplainedError
from contract.text import T
from contract.wire.documents import format_time

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]

CHECK_IN_SECONDS, JITTER_SECONDS, ROUND_SECONDS, LISTEN_SECONDS = 60, 12, 10, 3.0
STUCK_AFTER = timedelta(minutes=15)
"""A check-in that has not begun for so long shows that the jobs hang; then systemd restarts the service."""
PARTING_SECONDS = 3.0


def now() -> datetime:
    """The time of this server, in UTC."""
    return datetime.now(UTC)


def new_scheduler() -> BackgroundScheduler:
    """A scheduler without the library's traps: late jobs run, missed ones run once, none overtakes itself."""
    from apscheduler.executors.pool import ThreadPoolExecutor  # type: ignore[import-untyped]
    from apscheduler.schedulers.background import BackgroundScheduler

    # That a job is still at work when its next turn comes is no news.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    traps_closed = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    return BackgroundScheduler(
        timezone=UTC, executors={"default": ThreadPoolExecutor(3)}, job_defaults=traps_closed
    )


class Daemon:
    """One running agent; a second one on the same state is refused."""

    def __init__(self, environment: Mapping[str, str], *, patient: bool) -> None:
        """Open the node; a patient one waits for a disk that is full or read-only, and says so meanwhile."""
        self._environment = environment
        self._paths = locate(environment)
        self._notifier = Notifier(environment)
        self._health = Health()
        self._clock = ClockWatch(now(), time.monotonic())
        self._teller = Teller(Path(status.status_file(environment)), self._notifier)
        self._bell = Bell() if patient else None
        self._opening = Opening(environment, now, teller=self._teller, health=self._health, bell=self._bell)
        self._node = self._opening.open(self._notifier)
        self._rounds = self._rounds_of(self._node)
        self._began: dict[str, float] = {}
        self._busy: set[str] = set()
        self._vault_read = 0

    def once(self) -> status.Facts:
        """One round of everything, then what `sinergi status` knows from it."""
        self._rounds.check_in()
        if self._has_other_keys():
            # This check-in has ended a change of keys that was stopped half-way.
            self._reload()
        self._rounds.read()
        self._rounds.deliver()
        told: status.Facts = {**self._facts(running=False), "once_at": format_time(now())}
        self._teller.write(told)
        return told

    def run(self) -> bool:
        """Work until a signal says stop; returns whether every job had ended by then."""
        bell = self._bell or Bell()
        scheduler = self._scheduler()
        scheduler.start()
        try:
            self._work(bell, scheduler)
        finally:
            # Whatever ends the agent: a scheduler that outlives it finds no threads for its jobs.
            scheduler.shutdown(wait=False)
        ended = self._parted()
        self._tell(running=False)
        note("agent stopped", in_mid_work=",".join(sorted(self._busy)) or "-")
        return ended

    def _work(self, bell: Bell, scheduler: BackgroundScheduler) -> None:
        self._tell(running=True)
        self._notifier.ready()
        note("agent started", node=self._node.keys.node_id)
        while (heard := bell.wait(LISTEN_SECONDS)) is not Heard.STOP:
            if heard is Heard.RELOAD:
                self._reload()
                self._all_at_once(scheduler)
            self._listen(scheduler)
        self._notifier.stopping()

    def _scheduler(self) -> BackgroundScheduler:
        scheduler = new_scheduler()
        begin = {"trigger": "interval", "next_run_time": now()}
        scheduler.add_job(
            self._job("check_in"), id="check_in", seconds=CHECK_IN_SECONDS, jitter=JITTER_SECONDS, **begin
        )
        scheduler.add_job(self._job("read"), id="read", seconds=ROUND_SECONDS, **begin)
        scheduler.add_job(self._job("deliver"), id="deliver", seconds=ROUND_SECONDS, **begin)
        return scheduler

    def _job(self, name: str) -> Callable[[], None]:
        def work() -> None:
            self._began[name] = time.monotonic()
            self._busy.add(name)
            try:
                getattr(self._rounds, name)()
            except ExplainedError as error:
                self._health.failed(name, error, now(), area=Area.AGENT)
                note("job failed", job=name, error=error.slug)
            except Exception as error:  # the one broad handler: whatever a job meets, the next round comes
                logging.getLogger("sinergi").exception("job failed")
                self._health.failed(name, _unexpected(error), now())
            else:
                self._health.works(name)
            finally:
                self._busy.discard(name)

        return work

    def _listen(self, scheduler: BackgroundScheduler) -> None:
        if self._clock.jumped(now(), time.monotonic()):
            # The scheduler would wait until the old time has come again; who asks would see an old status.
            self._teller.forget()
            self._all_at_once(scheduler)
        if not self._stuck():
            self._notifier.alive()
        if self._is_another_node():
            self._reload()
            self._all_at_once(scheduler)
        self._tell(running=True)

    def _is_another_node(self) -> bool:
        """Whether keys, files or the disk are not what they were; a damaged outbox is begun anew first."""
        try:
            found = self._node.outbox.damaged
            if found:
                self._opening.mend()
            found |= self._has_other_keys() | self._node.files_were_replaced() | self._opening.disk_is_back()
        except ExplainedError as error:
            self._health.failed("files", error, now(), area=Area.AGENT)
            return False
        self._health.works("files")
        return found

    def _has_other_keys(self) -> bool:
        """Whether a command has given this node another identity; the vault is read only where it changed."""
        changed = self._node.vault.changed_at()
        if changed == self._vault_read:
            return False
        found = self._node.has_other_keys()
        self._vault_read = changed  # a vault that could not be read is read again
        return found

    def _all_at_once(self, scheduler: BackgroundScheduler) -> None:
        for job in scheduler.get_jobs():
            job.modify(next_run_time=now())

    def _stuck(self) -> bool:
        began = self._began.get("check_in")
        return began is not None and time.monotonic() - began > STUCK_AFTER.total_seconds()

    def _reload(self) -> None:
        """Take the settings anew; wrong ones are reported, and the old ones stay in force."""
        self._notifier.reloading(timedelta(seconds=time.monotonic()))
        try:
            self._require_same_places()
            node = self._opening.again()
            rounds = self._rounds_of(node)
        except ExplainedError as error:
            self._health.failed("reload", error, now(), area=Area.AGENT)
            note("reload failed", error=error.slug)
        else:
            # Jobs under way keep the old node, whose files stay open for them.
            self._node, self._rounds = node, rounds
            self._health.works("reload")
            note("settings reloaded")
        self._notifier.ready()

    def _rounds_of(self, node: Node) -> Rounds:
        local = datetime.now().astimezone().utcoffset() or timedelta()
        rounds = Rounds(node, self._health, random=random.SystemRandom().random, local=local)
        logging.getLogger("sinergi").setLevel(node.config.log.level.upper())
        textfile = node.config.metrics.textfile
        self._teller.textfile = Path(textfile) if textfile else None
        return rounds

    def _require_same_places(self) -> None:
        """The lock against a second agent lies in the old folder, and status.json is written there."""
        load(self._paths.config_file)  # of a file that cannot be read nobody knows what it says of places
        if locate(self._environment) != self._paths:
            raise ConfigError(
                T("{file}: [paths] was changed while the agent runs.", file=self._paths.config_file),
                remedy=T("`sudo systemctl restart sinergi`, once the files lie in their new place."),
                key="paths",
            )

    def _facts(self, *, running: bool) -> status.Facts:
        moment = now()
        self._rounds.notice_commands()
        return facts(
            self._node,
            self._health,
            running=running,
            next_snapshot_at=self._rounds.planned(moment),
            now=moment,
        )

    def _tell(self, *, running: bool) -> None:
        try:
            told = self._facts(running=running)
        except ExplainedError as error:
            told = facts_of_failure(error, now(), running=running, before=self._teller.last())
        self._teller.tell(told, time.monotonic())

    def _parted(self) -> bool:
        deadline = time.monotonic() + PARTING_SECONDS
        while self._busy and time.monotonic() < deadline:
            time.sleep(0.05)
        return not self._busy


def _unexpected(error: Exception) -> AgentError:
    return AgentError(
        T("Something unforeseen happened: {kind}.", kind=type(error).__name__),
        remedy=T("`sudo sinergi logs` has the details; please send them to the helpdesk. The agent goes on."),
    )
