"""Authorisation: another person of the Pemda puts a verified content in force; DJPK uses what is in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Integer, String, Table, Text, insert, select

from contract.text import T
from contract.wire.states import SnapshotEvent, SnapshotState
from sikd import audit, intake, verification
from sikd.accounts import Role, User
from sikd.database import Moment, metadata
from sikd.errors import SamePerson
from sikd.intake import Snapshot
from sikd.verification import Verification

authorisations = Table(
    "authorisations",
    metadata,
    Column("kode_pemda", String(5), primary_key=True),
    Column("tahun_anggaran", Integer, primary_key=True, autoincrement=False),
    Column("content_id", String(64), primary_key=True),
    Column("at", Moment, primary_key=True),
    Column("by", String(60), nullable=False),
    Column("note", Text, nullable=False, default=""),
)


@dataclass(frozen=True, slots=True)
class InForce:
    """The authorised budget of a year: the delivery that carries it, and the two people who stand for it."""

    snapshot: Snapshot
    verification: Verification
    authorised_by: str
    authorised_at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Replacement:
    """A content that waits beside one that was decided on (*usulan pengganti*)."""

    snapshot: Snapshot
    opened: bool


def authorise(
    conn: Connection, kode_pemda: str, content_id: str, by: User, note: str, now: datetime
) -> InForce:
    """Put a verified content in force, in place of what was in force for its year.

    1. The otorisator is of this Pemda, and not the person who verified.
    2. The content is verified, by the table of states.
    3. What was in force is replaced in the same transaction, so a year has one such content at most.
    """
    verification.require_person_of_pemda(by, kode_pemda, Role.OTORISATOR)
    delivered = intake.newest_of_content(conn, kode_pemda, content_id)
    standing = intake.live_snapshots(conn, kode_pemda, delivered.tahun_anggaran, lock=True)
    intake.advance(conn, kode_pemda, content_id, SnapshotEvent.AUTHORISED_BY_PEMDA)
    _require_other_person(verification.verification_of(conn, kode_pemda, content_id), by)
    for other in {each.content_id for each in standing if each.state is SnapshotState.AUTHORISED} - {
        content_id
    }:
        intake.advance(conn, kode_pemda, other, SnapshotEvent.REPLACED)
        audit.append(
            conn, by.username, "content_replaced", other, {"by": content_id}, now, kode_pemda=kode_pemda
        )
    conn.execute(
        insert(authorisations).values(
            kode_pemda=kode_pemda,
            tahun_anggaran=delivered.tahun_anggaran,
            content_id=content_id,
            at=now,
            by=by.username,
            note=note,
        )
    )
    audit.append(
        conn, by.username, "content_authorised", content_id, {"note": note}, now, kode_pemda=kode_pemda
    )
    found = in_force(conn, kode_pemda, delivered.tahun_anggaran)
    assert found is not None  # noqa: S101 - written in this transaction
    return found


def in_force(conn: Connection, kode_pemda: str, tahun: int) -> InForce | None:
    """The authorised budget of a Pemda and year, or None while there is none."""
    standing = intake.live_snapshots(conn, kode_pemda, tahun)
    delivered = next((each for each in standing if each.state is SnapshotState.AUTHORISED), None)
    if delivered is None:
        return None
    verified = verification.verification_of(conn, kode_pemda, delivered.content_id)
    query = select(authorisations).where(
        authorisations.c.kode_pemda == kode_pemda,
        authorisations.c.tahun_anggaran == tahun,
        authorisations.c.content_id == delivered.content_id,
    )
    row = conn.execute(query.order_by(authorisations.c.at.desc()).limit(1)).one_or_none()
    if verified is None or row is None:
        return None
    return InForce(delivered, verified, row.by, row.at, row.note)


def all_in_force(conn: Connection, tahun: int) -> tuple[InForce, ...]:
    """The authorised budgets of a year, in the order of the kode Pemda."""
    whose = select(authorisations.c.kode_pemda).where(authorisations.c.tahun_anggaran == tahun).distinct()
    each = conn.execute(whose.order_by(authorisations.c.kode_pemda)).scalars().all()
    return tuple(found for kode_pemda in each if (found := in_force(conn, kode_pemda, tahun)) is not None)


def proposals(conn: Connection, kode_pemda: str, tahun: int) -> tuple[Replacement, ...]:
    """The contents that wait to replace one that was decided on, newest first, each once."""
    standing = intake.live_snapshots(conn, kode_pemda, tahun)
    decided = any(each.state in (SnapshotState.VERIFIED, SnapshotState.AUTHORISED) for each in standing)
    waiting: dict[str, Snapshot] = {}
    for each in standing:
        if decided and each.state is SnapshotState.RECEIVED:
            waiting.setdefault(each.content_id, each)
    return tuple(
        Replacement(each, opened=not verification.needs_opening(conn, each, standing))
        for each in waiting.values()
    )


def _require_other_person(verified: Verification | None, by: User) -> None:
    if verified is not None and verified.by == by.username:
        raise SamePerson(
            T("{username} verified this content and cannot authorise it.", username=by.username),
            remedy=T("Ask another person of the Pemda to authorise it."),
        )
