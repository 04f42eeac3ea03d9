"""The Pemda's own verification: a verifikator states that a content is what was enacted.

Bound to the content, not to one delivery of it. Where another content was verified or authorised before, the
new one waits as *usulan pengganti* until a person of the Pemda opens it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, String, Table, Text, insert, select

from contract.text import T
from contract.wire.states import SnapshotEvent, SnapshotState
from sikd import audit, intake
from sikd.accounts import Role, User
from sikd.database import Moment, metadata
from sikd.errors import NotAllowed, NotAsThingsStand
from sikd.intake import Snapshot

STATED = "yes"
"""What a form sends for a statement that was ticked."""
DECIDED = frozenset({SnapshotState.VERIFIED, SnapshotState.AUTHORISED})


def _acts_table(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("kode_pemda", String(5), primary_key=True),
        Column("content_id", String(64), primary_key=True),
        Column("at", Moment, primary_key=True),
        Column("by", String(60), nullable=False),
        Column("note", Text, nullable=False, default=""),
    )


verifications = _acts_table("verifications")
openings = _acts_table("openings")


@dataclass(frozen=True, slots=True)
class Verification:
    """Who verified a content, when, and what they noted."""

    by: str
    at: datetime
    note: str


def verify(
    conn: Connection, kode_pemda: str, content_id: str, by: User, note: str, now: datetime
) -> Verification:
    """Verify a content for the Pemda; one that was verified and not authorised is replaced."""
    require_person_of_pemda(by, kode_pemda, Role.VERIFIKATOR)
    delivered = intake.newest_of_content(conn, kode_pemda, content_id)
    standing = intake.live_snapshots(conn, kode_pemda, delivered.tahun_anggaran, lock=True)
    if needs_opening(conn, delivered, standing):
        raise NotAsThingsStand(
            T("Another content of {tahun} was decided on before.", tahun=delivered.tahun_anggaran),
            remedy=T("Open this content as a replacement first."),
        )
    intake.advance(conn, kode_pemda, content_id, SnapshotEvent.VERIFIED_BY_PEMDA)
    for other in _contents(standing, SnapshotState.VERIFIED) - {content_id}:
        intake.advance(conn, kode_pemda, other, SnapshotEvent.REPLACED)
    _write(conn, verifications, kode_pemda, content_id, by, note, now)
    audit.append(
        conn, by.username, "content_verified", content_id, {"note": note}, now, kode_pemda=kode_pemda
    )
    return Verification(by.username, now, note)


def open_replacement(conn: Connection, kode_pemda: str, content_id: str, by: User, now: datetime) -> None:
    """Let a waiting content be verified; what was authorised stays in force until this one is authorised."""
    require_person_of_pemda(by, kode_pemda, Role.VERIFIKATOR, Role.OTORISATOR)
    delivered = intake.newest_of_content(conn, kode_pemda, content_id)
    standing = intake.live_snapshots(conn, kode_pemda, delivered.tahun_anggaran, lock=True)
    if not needs_opening(conn, delivered, standing):
        raise NotAsThingsStand(
            T("This content does not wait to be opened."),
            remedy=T("Look at the Pemda's page for what can be done now."),
        )
    _write(conn, openings, kode_pemda, content_id, by, "", now)
    audit.append(conn, by.username, "replacement_opened", content_id, {}, now, kode_pemda=kode_pemda)


def verification_of(conn: Connection, kode_pemda: str, content_id: str) -> Verification | None:
    """The last verification of a content, or None."""
    row = _last(conn, verifications, kode_pemda, content_id)
    return Verification(row.by, row.at, row.note) if row is not None else None


def needs_opening(conn: Connection, delivered: Snapshot, standing: tuple[Snapshot, ...]) -> bool:
    """Whether a received content waits because another was decided on and nobody opened this."""
    others = {each.content_id for each in standing if each.state in DECIDED} - {delivered.content_id}
    if delivered.state is not SnapshotState.RECEIVED or not others:
        return False
    opened = _last(conn, openings, delivered.kode_pemda, delivered.content_id)
    first = min(
        each.received_at for each in (*standing, delivered) if each.content_id == delivered.content_id
    )
    # An opening of long ago was for a delivery that has been replaced since.
    return opened is None or opened.at < first


def require_person_of_pemda(by: User, kode_pemda: str, *roles: Role) -> None:
    """Raise NotAllowed unless this is an active person of this Pemda in one of these roles."""
    if by.role not in roles or by.kode_pemda != kode_pemda or not by.active:
        raise NotAllowed(
            T(
                "{username} may not do this for Pemda {kode_pemda}.",
                username=by.username,
                kode_pemda=kode_pemda,
            ),
            remedy=T("Sign in as a person whom this Pemda appointed for it."),
        )


def require_statement(stated: str) -> None:
    """Raise NotAsThingsStand where a person pressed the button without the statement above it."""
    if stated != STATED:
        raise NotAsThingsStand(
            T("Your statement is missing."),
            remedy=T("Tick the box above the button: it says what you stand for."),
        )


def _contents(standing: tuple[Snapshot, ...], state: SnapshotState) -> set[str]:
    return {each.content_id for each in standing if each.state is state}


def _write(
    conn: Connection, table: Table, kode_pemda: str, content_id: str, by: User, note: str, now: datetime
) -> None:
    values = {"kode_pemda": kode_pemda, "content_id": content_id, "at": now, "by": by.username, "note": note}
    conn.execute(insert(table).values(**values))


def _last(conn: Connection, table: Table, kode_pemda: str, content_id: str) -> Row[Any] | None:
    query = select(table).where(table.c.kode_pemda == kode_pemda, table.c.content_id == content_id)
    return conn.execute(query.order_by(table.c.at.desc()).limit(1)).one_or_none()
