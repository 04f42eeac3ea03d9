"""The whole examination in its order: what is on this server first, then the road, the centre, the database.

Nothing is changed, made or sent that could change anything; what this user may not look at is said.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from agent import status
from agent.checkup.centre import Answer, Clock, Known, enrolment
from agent.checkup.check import FOR_YOU, NOT_RUNNING, Check, in_turn, not_allowed, ok, skipped
from agent.checkup.database import database_checks
from agent.checkup.folder import folder_checks
from agent.checkup.road import Road
from agent.checkup.service import service_checks, unit
from agent.config import load
from agent.errors import NotInitialised
from agent.keys import load_keys
from agent.paths import Paths, locate
from agent.service.logbook import BOOTED
from agent.settings import Config
from agent.standing import standing_of
from agent.storage.outbox import Outbox
from agent.storage.state import State
from agent.storage.vault import PROXY_PASSWORD, Vault, look_into_vault
from connectors.interface import StepResult
from contract.errors import ExplainedError
from contract.text import T, Text

_WORST_FIRST = (NOT_RUNNING, FOR_YOU, 4, 1)


def examine(environment: Mapping[str, str], clock: Clock, booted: Path = BOOTED) -> Iterator[Check]:
    """Each check as soon as it is done."""
    with ExitStack() as opened:
        yield from _Examination(environment, clock, opened).checks(booted)


def exit_code(checks: list[Check]) -> int:
    """That of the worst, as `sinergi status` counts; what needs sudo to be looked at waits for you."""
    found = {FOR_YOU if check.needs_sudo else check.exit_code for check in checks}
    return next((code for code in _WORST_FIRST if code in found), 0)


@dataclass
class _Found:
    """What the first checks have opened for the later ones; None where it could not be looked at."""

    config: Config | None = None
    vault: Vault | None = None
    state: State | None = None
    node_id: str = ""


class _Examination:
    def __init__(self, environment: Mapping[str, str], clock: Clock, opened: ExitStack) -> None:
        self._environment, self._clock, self._opened = environment, clock, opened
        self._paths: Paths = locate(environment)
        self._found = _Found()
        file = status.status_file(environment)
        self._facts = status.read(file)
        now = clock().timestamp()
        self._alive = self._facts is not None and status.is_at_work(self._facts, file, now)

    def checks(self, booted: Path) -> Iterator[Check]:
        service = unit(self._environment, booted)
        yield from in_turn([("config", self._config)])
        if self._knows_its_places():
            user = service.user if service and service.installed else ""
            yield from folder_checks(self._paths.state_dir, user)
        else:
            yield from (not_allowed(name, self._paths.config_file) for name in ("folder", "disk", "inodes"))
        yield from in_turn([("vault", self._vault)])
        yield from in_turn([("storage", self._storage)])
        yield from service_checks(service, self._facts, alive=self._alive)
        yield from self._centre()
        yield from self._enrolment()
        yield from self._database()

    def _knows_its_places(self) -> bool:
        """False where settings that this user may not read name other places than the usual ones."""
        return _may_look(self._paths.config_file) or self._paths.state_dir.exists()

    def _config(self) -> Check:
        file = self._paths.config_file
        if not _may_look(file):
            return not_allowed("config", file)
        self._found.config = load(file)
        return ok("config", T("{file} is well-formed", file=file))

    def _vault(self) -> Check:
        file = self._paths.vault_file
        if not self._knows_its_places() or not _may_look(file):
            return not_allowed("vault", file)
        if not file.exists():
            raise NotInitialised(
                T("This node has no keys yet."),
                remedy=T("Run `sudo sinergi init` on this server."),
            )
        vault = look_into_vault(self._paths, self._environment)
        self._found.node_id = load_keys(vault).node_id
        self._found.vault = vault
        return ok("vault", T("it opens, and holds the keys of {node}", node=self._found.node_id))

    def _storage(self) -> Check:
        files = self._paths.state_file, self._paths.outbox_file
        if not self._knows_its_places() or not _may_look(files[0]):
            return not_allowed("storage", files[0])
        if not all(file.exists() for file in files):
            return skipped("storage", T("The agent has not run yet; its first start makes its databases."))
        outbox = Outbox(files[1], only_look=True)
        self._opened.callback(outbox.close)
        waiting = outbox.waiting()
        self._found.state = State(files[0], only_look=True)
        self._opened.callback(self._found.state.close)
        self._found.state.clock_offset()
        return ok("storage", T("its databases open; {count} snapshots to deliver", count=waiting))

    def _centre(self) -> Iterator[Check]:
        config = self._found.config
        centre = config.centre if config else None
        if centre is None:
            why = T("Not tried, because only the settings say which way leads to the centre.")
            for name in ("dns", "tcp", "proxy", "tls", "centre", "key", "clock"):
                yield self._skipped(name, why if config is None else T("No address of a centre is set."))
            return
        password = self._proxy_password()
        road = Road(centre, password, self._clock()).pieces()
        if centre.way_out and centre.proxy_user and self._found.vault is None:
            # A wrong password would count against the account that the agent itself uses.
            yield from in_turn(road[:2])
            for name in ("proxy", "tls", "centre", "key", "clock"):
                yield self._skipped(
                    name, T("Not tried, because the password of the proxy could not be looked up.")
                )
            return
        answer = Answer(centre, password, self._known(), self._clock)
        on_the_way = ""
        for check in in_turn([*road, ("centre", answer.centre)]):
            yield check
            if check.result is StepResult.FAILED:
                on_the_way = check.name
        # A key that is not the trusted one says nothing against the clock.
        for name, step in (("key", answer.key), ("clock", answer.clock)):
            yield from in_turn([(name, step)], stopped_by=on_the_way)

    def _proxy_password(self) -> str | None:
        with suppress(ExplainedError):
            return self._found.vault.get(PROXY_PASSWORD) if self._found.vault else None
        return None

    def _known(self) -> Known:
        trusted = None
        if self._found.state is not None:
            with suppress(ExplainedError):
                held = self._found.state.trusted_centre()
                trusted = held.key_der if held else None
        shown = self._facts["centre"]["fingerprint"] if self._facts else None
        return Known(trusted, shown, is_complete=self._found.state is not None)

    def _enrolment(self) -> Iterator[Check]:
        state = self._found.state
        if state is not None and self._found.node_id:
            yield from in_turn([("enrolment", lambda: _by_the_last_answer(state, self._found.node_id))])
            return
        if self._facts is None:
            yield enrolment(None, "", is_known=False)
        else:
            yield enrolment(self._facts["centre"]["state"], self._facts["centre"]["reason"], is_known=True)

    def _database(self) -> Iterator[Check]:
        config, vault = self._found.config, self._found.vault
        if config is None or vault is None:
            yield self._skipped("database", T("Not tried, because settings or vault could not be opened."))
            return
        yield from database_checks(config, vault)

    def _skipped(self, name: str, why: Text) -> Check:
        """A step that stands on settings or vault, which may be closed to this user alone."""
        files = self._paths.config_file, self._paths.vault_file
        return skipped(name, why, needs_sudo=not all(map(_may_look, files)))


def _by_the_last_answer(state: State, node_id: str) -> Check:
    said = standing_of(state, node_id)
    return enrolment(said.state.value if said else None, said.reason if said else "", is_known=True)


def _may_look(file: Path) -> bool:
    """Whether this user may look into the folder of a file, and at the file where there is one."""
    try:
        if not file.parent.exists():
            return True
        return os.access(file.parent, os.R_OK | os.X_OK) and (not file.exists() or os.access(file, os.R_OK))
    except PermissionError:
        return False
