"""What a node remembers between two starts: whom it trusts, where it stands, how far it has counted.

Only the standard library is imported here; typed documents stay the bytes that were verified.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from agent.storage.durable import Durable
from contract.text import T

_SCHEMA = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE centre_keys (key_id TEXT PRIMARY KEY, der BLOB NOT NULL, trusted_at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE answer (
    one INTEGER PRIMARY KEY CHECK (one = 1), envelope BLOB NOT NULL, received_at TEXT NOT NULL
);
CREATE TABLE acknowledged (
    tahun INTEGER PRIMARY KEY, snapshot_id TEXT NOT NULL, content_id TEXT NOT NULL, received_at TEXT NOT NULL
)
"""
_ACKNOWLEDGED_SEQUENCE = "acknowledged_sequence_"
"""Of a year: a snapshot that was held up may get its receipt after one that was committed later."""

_IF_DAMAGED = T(
    "Check the disk. Stop the agent, restore this file from a backup or move it to another folder, and start"
    " the agent again; `sinergi status` then says whether DJPK has to confirm this node."
)

_ORDER = "order_"
"""Of what was ordered: the counter of the answer that gave the order last."""


@dataclass(frozen=True, slots=True)
class TrustedCentre:
    """The centre's key that this node trusts, and the public address that requests are signed for."""

    key_der: bytes
    public_url: str


@dataclass(frozen=True, slots=True)
class CheckinTurn:
    """The pair that a check-in is sent with, and again after a lost answer."""

    checkin_id: str
    counter: int


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The centre's last signed answer (envelope) and when it came."""

    envelope: bytes
    received_at: datetime
    address: str = ""
    """Where it was asked for; empty in what an older version has kept."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The last snapshot of a year for which the centre gave a final receipt."""

    snapshot_id: str
    content_id: str


class State:
    """The node's memory in one SQLite file; every change is on the disk when its method returns."""

    def __init__(self, path: Path, *, only_look: bool = False) -> None:
        self._file = Durable(path, schema=_SCHEMA, version=1, remedy=_IF_DAMAGED, only_look=only_look)

    def trusted_centre(self) -> TrustedCentre | None:
        """Whom this node trusts; None until a person or agent.toml has said so."""
        with self._file.reading() as connection:
            key_id, public_url = _get(connection, "centre_key_id"), _get(connection, "centre_url")
            if key_id is None or public_url is None:
                return None
            (der,) = connection.execute("SELECT der FROM centre_keys WHERE key_id = ?", (key_id,)).fetchone()
        return TrustedCentre(der, public_url)

    def trust_centre(
        self, centre: TrustedCentre, *, key_id: str, now: datetime, is_another: bool = False
    ) -> None:
        """From now on only this key speaks for the centre; earlier ones are kept for old receipts.

        Another centre (not one that changed its key) has received nothing yet, whatever the last one has.
        """
        with self._file.writing() as connection:
            if is_another:
                connection.execute("DELETE FROM acknowledged")
                connection.execute("DELETE FROM facts WHERE name LIKE ?", (f"{_ACKNOWLEDGED_SEQUENCE}%",))
            known = (key_id, centre.key_der, now.isoformat())
            connection.execute("INSERT OR IGNORE INTO centre_keys VALUES (?, ?, ?)", known)
            _set(connection, "centre_key_id", key_id)
            _set(connection, "centre_url", centre.public_url)

    def centre_key(self, key_id: str) -> bytes | None:
        """A key (SPKI DER) that is or was trusted, by its SHA-256 in hexadecimal."""
        with self._file.reading() as connection:
            row = connection.execute("SELECT der FROM centre_keys WHERE key_id = ?", (key_id,)).fetchone()
        return row[0] if row else None

    def clock_offset(self) -> timedelta:
        """How far the centre's clock is ahead of this server's, as last seen."""
        with self._file.reading() as connection:
            return timedelta(seconds=_get(connection, "clock_offset") or 0)

    def keep_clock_offset(self, offset: timedelta) -> None:
        """Remember how far the centre's clock is ahead, in whole seconds."""
        with self._file.writing() as connection:
            _set(connection, "clock_offset", round(offset.total_seconds()))

    def counter(self) -> int:
        """That of the last check-in answer; 0 before the first."""
        with self._file.reading() as connection:
            return int(_get(connection, "counter") or 0)

    def begin_anew(self) -> None:
        """Forget where this node stood and what the centre has of it: from now on it is another node."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM answer")
            connection.execute("DELETE FROM acknowledged")
            own = ("counter", "checkin_id", "schedule", f"{_ACKNOWLEDGED_SEQUENCE}%", f"{_ORDER}%")
            for name in own:
                connection.execute("DELETE FROM facts WHERE name LIKE ?", (name,))

    def begin_checkin(self, make_id: Callable[[], str]) -> CheckinTurn:
        """The pair to send: the one whose answer is owed, else a new one, stored before it is returned."""
        with self._file.writing() as connection:
            counter = _get(connection, "counter") or 0
            checkin_id = _get(connection, "checkin_id")
            if checkin_id is None:
                checkin_id = make_id()
                _set(connection, "checkin_id", checkin_id)
            return CheckinTurn(checkin_id, counter)

    def finish_checkin(
        self, turn: CheckinTurn, answer: StoredAnswer, *, counter: int, orders: Iterable[str] = ()
    ) -> None:
        """Keep the verified answer to this pair, and what it orders; the next check-in gets a new pair.

        The next one tells the centre that the orders were heard, so they are on the disk before it.
        Nothing happens where another process has had the answer and gone on: to count back from there would
        look like a copy of this node.
        """
        with self._file.writing() as connection:
            if _get(connection, "checkin_id") != turn.checkin_id:
                return
            _keep_answer(connection, answer)
            _set(connection, "counter", counter)
            for order in orders:
                _set(connection, _ORDER + order, counter)
            connection.execute("DELETE FROM facts WHERE name = 'checkin_id'")

    def keep_schedule(self, line: str | None) -> None:
        """Remember when the centre says to read; None where it says nothing."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM facts WHERE name = 'schedule'")
            if line is not None:
                _set(connection, "schedule", line)

    def schedule(self) -> str | None:
        """When the centre says to read, as it was last understood."""
        with self._file.reading() as connection:
            line: str | None = _get(connection, "schedule")
        return line

    def open_orders(self) -> Mapping[str, int]:
        """What was ordered and not done yet, each with the counter of the answer that ordered it last."""
        with self._file.reading() as connection:
            rows = connection.execute("SELECT name, value FROM facts WHERE name LIKE ?", (f"{_ORDER}%",))
            return {name.removeprefix(_ORDER): json.loads(value) for name, value in rows}

    def finish_order(self, order: str, counter: int) -> None:
        """Forget an order that was done, unless a later answer has given it again meanwhile."""
        with self._file.writing() as connection:
            if (_get(connection, _ORDER + order) or 0) <= counter:
                connection.execute("DELETE FROM facts WHERE name = ?", (_ORDER + order,))

    def finish_registration(self, answer: StoredAnswer) -> None:
        """Keep the verified answer to a registration; the counter of a node that registers again goes on."""
        with self._file.writing() as connection:
            _keep_answer(connection, answer)

    def last_answer(self) -> StoredAnswer | None:
        """The centre's last signed answer, verified when it came."""
        with self._file.reading() as connection:
            row = connection.execute("SELECT envelope, received_at FROM answer").fetchone()
            address: str = _get(connection, "answer_address") or ""
            return StoredAnswer(row[0], datetime.fromisoformat(row[1]), address) if row else None

    def take_sequence(self, *, after: int = 0) -> int:
        """The next sequence number, past `after` and past every one taken before; gaps are legal."""
        with self._file.writing() as connection:
            sequence: int = max(_get(connection, "sequence") or 0, after) + 1
            _set(connection, "sequence", sequence)
        return sequence

    def acknowledge(self, tahun: int, acknowledged: Acknowledged, *, sequence: int, now: datetime) -> None:
        """Remember what the centre has given its final receipt for; an older snapshot changes nothing."""
        with self._file.writing() as connection:
            name = f"{_ACKNOWLEDGED_SEQUENCE}{tahun}"
            if sequence < (_get(connection, name) or 0):
                return
            _set(connection, name, sequence)
            connection.execute(
                "INSERT OR REPLACE INTO acknowledged VALUES (?, ?, ?, ?)",
                (tahun, acknowledged.snapshot_id, acknowledged.content_id, now.isoformat()),
            )

    def acknowledged(self, tahun: int) -> Acknowledged | None:
        """The last snapshot of a budget year that the centre has in full."""
        with self._file.reading() as connection:
            row = connection.execute(
                "SELECT snapshot_id, content_id FROM acknowledged WHERE tahun = ?", (tahun,)
            ).fetchone()
        return Acknowledged(*row) if row else None

    def keep_reading(self, now: datetime) -> None:
        """Remember when the budget was last read to its end, whether it had changed or not."""
        with self._file.writing() as connection:
            _set(connection, "last_reading", now.isoformat())

    def last_reading(self) -> datetime | None:
        """When the budget was last read to its end; None where it never was."""
        with self._file.reading() as connection:
            moment = _get(connection, "last_reading")
            return datetime.fromisoformat(moment) if moment else None

    def forget_reading(self) -> None:
        """As if the budget had never been read: what was read is lost, and it is due again at once."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM facts WHERE name = 'last_reading'")

    def was_replaced(self) -> bool:
        """Whether another file lies now where this one was opened."""
        return self._file.was_replaced()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _keep_answer(connection: Connection, answer: StoredAnswer) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO answer VALUES (1, ?, ?)", (answer.envelope, answer.received_at.isoformat())
    )
    _set(connection, "answer_address", answer.address)


def _get(connection: Connection, name: str) -> Any:
    row = connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
    return json.loads(row[0]) if row else None


def _set(connection: Connection, name: str, value: str | int) -> None:
    connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, json.dumps(value)))
