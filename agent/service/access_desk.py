"""What the daemon does with database accesses: take what the centre passes on, try it on order, and report.

Nothing here opens a connection before the target is approved; agent/access/in_use.py guards every one.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING

from agent.access.book import AccessBook, keep, read_book, refused, set_here, take
from agent.access.report import not_even_tried, report_of, tried
from agent.journal import note
from connectors.interface import ProbeStep
from contract.errors import ContractError, ExplainedError
from contract.wire.access import SealedAccess
from contract.wire.access_report import AccessReport, TriedStep
from contract.wire.identity import from_base64

if TYPE_CHECKING:
    from agent.line.centre import CentreClient
    from agent.node import Node

_MAX_SEALED_BYTES = 4096
_NEVER = datetime(2020, 1, 1, tzinfo=UTC)


class AccessDesk:
    """The accesses of one running node; its methods may be called from several threads."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._lock = Lock()
        self._told: AccessReport | None = None
        self._steps: tuple[str | None, tuple[TriedStep, ...]] = (None, ())

    def hear(self, access: str | None) -> bool:
        """Take the access of a check-in answer; returns whether budgets are now read with another one.

        What is not taken is kept as a refusal, to be reported.
        """
        if access is None:
            return False
        try:
            sealed = SealedAccess.from_bytes(from_base64(access), max_bytes=_MAX_SEALED_BYTES)
        except ContractError as error:
            note("access not understood", error=error.slug)
            return False
        before = read_book(self._node.vault).in_use
        return keep(self._node.vault, lambda book: self._taken(book, sealed)).in_use != before

    def _taken(self, book: AccessBook, sealed: SealedAccess) -> AccessBook:
        try:
            return take(book, sealed, self._node.keys.sealing, node_id=self._node.keys.node_id)
        except ContractError as error:
            changed = refused(book, sealed, error)
            if changed != book:
                note("access refused", error=error.slug, version=sealed.version)
            return changed

    def try_newest(self) -> Sequence[ProbeStep]:
        """Try the newest access, where it may be tried; empty where it waits for a person or was refused.

        Raises what `Node.probe` raises, where the access is the one that budgets are read with.
        """
        book = self._book()
        self._told = None  # an order is answered even where nothing has changed
        if book.refusal or (book.newest and not self._node.may_use(book.newest)):
            return ()
        try:
            entry = book.newest
            steps = self._node.probe_entry(entry) if entry else self._node.probe()
        except ExplainedError as error:
            self._steps = _name(book), not_even_tried(error)
            if book.newest in (None, book.in_use):
                raise
            return ()
        self._steps = _name(book), tried(steps)
        return steps if book.newest in (None, book.in_use) else ()

    def tell(self, centre: CentreClient, now: datetime) -> None:
        """Report to the centre where there is something new to say; raises an ExplainedError."""
        with self._lock:
            report = self._report(now)
            if self._told is None or _without_time(report) != _without_time(self._told):
                centre.report_access(report.signed(self._node.keys.signing))
                self._told = report

    def _report(self, now: datetime) -> AccessReport:
        book = self._book()
        name, steps = self._steps
        return report_of(
            book,
            self._node.config,
            node_id=self._node.keys.node_id,
            approved=book.newest is not None and self._node.may_use(book.newest),
            steps=steps if name == _name(book) else (),
            now=now,
        )

    def _book(self) -> AccessBook:
        """The book, in which what agent.toml says has a name wherever it is all there is."""
        book = read_book(self._node.vault)
        if self._node.config.database and not (book.newest or book.own or book.refusal):
            return keep(self._node.vault, lambda each: set_here(each, secrets.token_hex(16)))
        return book


def _name(book: AccessBook) -> str | None:
    return book.newest.access_id if book.newest else book.own


def _without_time(report: AccessReport) -> AccessReport:
    return report.model_copy(update={"made_at": _NEVER})
