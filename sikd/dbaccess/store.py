"""The tables of database accesses: ciphertext, states and typed steps. What would open one is not here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    UniqueConstraint,
    insert,
    select,
    update,
)

from contract.wire.access import DatabaseEngine
from contract.wire.access_report import Choice, Origin, TriedStep
from contract.wire.states import AccessState
from sikd.database import Moment, metadata

accesses = Table(
    "database_accesses",
    metadata,
    Column("kode_pemda", String(5), primary_key=True),
    Column("node_id", String(40), primary_key=True),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("access_id", String(32), nullable=False),
    Column("origin", String(10), nullable=False),
    # Readable at the node alone; NULL where the access was set on the node itself.
    Column("sealed", LargeBinary),
    Column("state", String(20), nullable=False),
    Column("refusal", String(40), nullable=False),
    Column("steps", JSON, nullable=False),
    Column("entered_by", String(60), nullable=False),
    Column("entered_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("configured_at", Moment),
    # The node's signed word on it, as it came.
    Column("report", LargeBinary),
    UniqueConstraint("kode_pemda", "access_id"),
)

node_choices = Table(
    "access_choices",
    metadata,
    Column("kode_pemda", String(5), primary_key=True),
    Column("node_id", String(40), primary_key=True),
    Column("choices", JSON, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("reported_at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Access:
    """One entry of a database access; `steps` are those of the last check, empty before the first."""

    kode_pemda: str
    node_id: str
    version: int
    access_id: str
    origin: Origin
    sealed: bytes | None
    state: AccessState
    refusal: str
    steps: tuple[TriedStep, ...]
    entered_by: str
    entered_at: datetime
    changed_at: datetime
    configured_at: datetime | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What a node says that it can read, and the highest version of an access that it has seen."""

    choices: tuple[Choice, ...]
    version: int
    reported_at: datetime

    def offers(self, application: str, engine: DatabaseEngine) -> bool:
        """Whether this node can read an application in an engine."""
        return any(each.application == application and engine in each.engines for each in self.choices)


def newest(conn: Connection, kode_pemda: str, node_id: str, *, lock: bool = False) -> Access | None:
    """The entry that counts now, or None; `lock` holds it until the transaction ends."""
    query = _newest_first(kode_pemda).where(accesses.c.node_id == node_id).limit(1)
    row = conn.execute(query.with_for_update() if lock else query).one_or_none()
    return _access(row) if row is not None else None


def history(conn: Connection, kode_pemda: str) -> tuple[Access, ...]:
    """Every entry of a Pemda, the newest first."""
    return tuple(_access(row) for row in conn.execute(_newest_first(kode_pemda)))


def waiting(conn: Connection) -> tuple[Access, ...]:
    """The entries on which DJPK has to act, the longest waiting first."""
    states = [state.value for state in (AccessState.APPROVED, AccessState.KONFIRMASI, AccessState.VALID)]
    query = select(accesses).where(accesses.c.state.in_(states)).order_by(accesses.c.changed_at)
    return tuple(_access(row) for row in conn.execute(query))


def add(conn: Connection, access: Access) -> None:
    """Write a new entry."""
    row = {name: getattr(access, name) for name in Access.__dataclass_fields__}
    row |= {"origin": access.origin.value, "state": access.state.value, "steps": _written(access.steps)}
    conn.execute(insert(accesses).values(**row))


def change(conn: Connection, access: Access, **values: Any) -> None:
    """Change columns of one entry."""
    if "steps" in values:
        values["steps"] = _written(values["steps"])
    same = (accesses.c.kode_pemda == access.kode_pemda, accesses.c.access_id == access.access_id)
    conn.execute(update(accesses).where(*same).values(**values))


def choices_of(conn: Connection, kode_pemda: str, node_id: str) -> Choices | None:
    """What a node says that it can read; None until it has said so."""
    row = conn.execute(select(node_choices).where(*_of_node(kode_pemda, node_id))).one_or_none()
    if row is None:
        return None
    return Choices(tuple(_choice(each) for each in row.choices), row.version, row.reported_at)


def keep_choices(conn: Connection, kode_pemda: str, node_id: str, said: Choices) -> None:
    """Remember what a node says that it can read."""
    values = {
        "choices": [each.model_dump(mode="json") for each in said.choices],
        "version": said.version,
        "reported_at": said.reported_at,
    }
    known = conn.execute(update(node_choices).where(*_of_node(kode_pemda, node_id)).values(**values))
    if not known.rowcount:
        conn.execute(insert(node_choices).values(kode_pemda=kode_pemda, node_id=node_id, **values))


def carry_over(conn: Connection, kode_pemda: str, old_node: str, new_node: str) -> None:
    """Let the entries of a node go on with the one that has taken its place; it has opened them already."""
    of_old = (accesses.c.kode_pemda == kode_pemda, accesses.c.node_id == old_node)
    conn.execute(update(accesses).where(*of_old).values(node_id=new_node))


def _of_node(kode_pemda: str, node_id: str) -> tuple[Any, Any]:
    return node_choices.c.kode_pemda == kode_pemda, node_choices.c.node_id == node_id


def _newest_first(kode_pemda: str) -> Select[Any]:
    wanted = select(accesses).where(accesses.c.kode_pemda == kode_pemda)
    return wanted.order_by(accesses.c.entered_at.desc(), accesses.c.version.desc())


def _written(steps: tuple[TriedStep, ...]) -> list[dict[str, str]]:
    return [step.model_dump(mode="json") for step in steps]


def _step(row: Mapping[str, str]) -> TriedStep:
    return TriedStep.model_validate(dict(row))


def _choice(row: Mapping[str, Any]) -> Choice:
    return Choice.model_validate(dict(row))


def _access(row: Row[Any]) -> Access:
    fields = {name: getattr(row, name) for name in Access.__dataclass_fields__}
    fields |= {"origin": Origin(row.origin), "state": AccessState(row.state)}
    return Access(**fields | {"steps": tuple(_step(each) for each in row.steps)})
