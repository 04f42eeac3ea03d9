"""What was budgeted, asked from the database: posture, sums of each SKPD, and the lines themselves.

Every function takes the kode Pemda first and looks at nothing of another Pemda.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, literal, or_, select

from contract.budget.codes import Section
from contract.budget.line import KEY_FIELDS, Line
from contract.budget.names import NameKind
from contract.budget.rupiah import Rupiah
from contract.budget.totals import Totals
from sikd.intake import store
from sikd.intake.store import Snapshot
from sikd.intake.tables import lines, names, parts

_ACCOUNTS = {
    Section.PENDAPATAN: "4.%",
    Section.BELANJA: "5.%",
    Section.PENERIMAAN_PEMBIAYAAN: "6.1%",
    Section.PENGELUARAN_PEMBIAYAAN: "6.2%",
}


@dataclass(frozen=True, slots=True)
class SkpdSum:
    """What one SKPD has in the budget: its name as the Pemda writes it, number of lines, and totals."""

    kode_skpd: str
    nama: str
    lines: int
    totals: Totals


@dataclass(frozen=True, slots=True)
class LinePage:
    """Some lines of a budget, in canonical order, and how many there are in all."""

    lines: tuple[Line, ...]
    count: int


def posture(conn: Connection, kode_pemda: str, content_id: str) -> Totals:
    """The four sums of a content, added up from its lines by the database."""
    return sums_of(conn, store.newest_of_content(conn, kode_pemda, content_id))


def skpd_sums(conn: Connection, kode_pemda: str, content_id: str) -> tuple[SkpdSum, ...]:
    """Lines and totals of each SKPD, in code order."""
    query = (
        select(lines.c.kode_skpd, func.count().label("lines"), *_sums())
        .where(_belongs(conn, kode_pemda, content_id))
        .group_by(lines.c.kode_skpd)
        .order_by(lines.c.kode_skpd)
    )
    called = names_of(conn, kode_pemda, content_id, NameKind.SKPD)
    return tuple(
        SkpdSum(row.kode_skpd, called.get(row.kode_skpd, ""), row.lines, store.read_totals(row))
        for row in conn.execute(query)
    )


def budget_lines(
    conn: Connection,
    kode_pemda: str,
    content_id: str,
    *,
    kode_skpd: str | None = None,
    section: Section | None = None,
    starting: str | None = None,
    offset: int = 0,
    limit: int = 100,
) -> LinePage:
    """Some lines of a content: of one SKPD or section, or whose account or sub kegiatan starts so."""
    chosen = _belongs(conn, kode_pemda, content_id)
    if kode_skpd is not None:
        chosen = and_(chosen, lines.c.kode_skpd == kode_skpd)
    if section is not None:
        chosen = and_(chosen, lines.c.kode_rekening.like(_ACCOUNTS[section]))
    if starting:
        fields = (lines.c.kode_rekening, lines.c.kode_sub_kegiatan)
        chosen = and_(chosen, or_(*(field.startswith(starting, autoescape=True) for field in fields)))
    query: Select[Any] = select(lines).where(chosen).order_by(lines.c.kode_skpd, lines.c.position)
    found = conn.execute(query.offset(offset).limit(limit))
    count = conn.execute(select(func.count()).select_from(lines).where(chosen)).scalar_one()
    return LinePage(tuple(_line(row) for row in found), count)


def all_lines(conn: Connection, kode_pemda: str, content_id: str, at_once: int) -> Iterator[list[Line]]:
    """Every line of a content in canonical order, some at a time, so that memory stays small."""
    query = select(lines).where(_belongs(conn, kode_pemda, content_id))
    ordered = query.order_by(lines.c.kode_skpd, lines.c.position)
    # The size has to be given here: yield_per alone leaves one partition of everything.
    found = conn.execute(ordered, execution_options={"yield_per": at_once})
    for some in found.partitions(at_once):
        yield [_line(row) for row in some]


def names_of(conn: Connection, kode_pemda: str, content_id: str, kind: NameKind) -> dict[str, str]:
    """The names of one kind of code as this Pemda writes them; of several names the first counts."""
    query = (
        select(names.c.kode, func.min(names.c.nama).label("nama"))
        .where(_belongs(conn, kode_pemda, content_id, names), names.c.kind == kind.value)
        .group_by(names.c.kode)
    )
    return {row.kode: row.nama for row in conn.execute(query)}


def sums_of(conn: Connection, snapshot: Snapshot) -> Totals:
    """The four sums of one delivery, added up from its lines by the database."""
    inside = _inside(lines, snapshot.kode_pemda, snapshot.snapshot_id, snapshot.tahun_anggaran)
    query = select(lines).with_only_columns(*_sums()).where(inside)
    return store.read_totals(conn.execute(query).one())


def accounts_of(conn: Connection, snapshot: Snapshot) -> frozenset[str]:
    """The kode rekening that occur in one delivery."""
    inside = _inside(lines, snapshot.kode_pemda, snapshot.snapshot_id, snapshot.tahun_anggaran)
    query = select(lines.c.kode_rekening).where(inside).distinct()
    return frozenset(conn.execute(query).scalars())


def _belongs(conn: Connection, kode_pemda: str, content_id: str, table: Any = lines) -> ColumnElement[bool]:
    whole = store.newest_of_content(conn, kode_pemda, content_id)
    return _inside(table, kode_pemda, whole.snapshot_id, whole.tahun_anggaran)


def _inside(table: Any, kode_pemda: str, snapshot_id: str, tahun: int) -> ColumnElement[bool]:
    consists_of = select(parts.c.sha256).where(
        parts.c.kode_pemda == kode_pemda, parts.c.snapshot_id == snapshot_id
    )
    return and_(
        table.c.kode_pemda == kode_pemda, table.c.tahun_anggaran == tahun, table.c.segment.in_(consists_of)
    )


def _sums() -> list[ColumnElement[int]]:
    return [
        func.sum(case((lines.c.kode_rekening.like(account), lines.c.nilai_sen), else_=literal(0))).label(
            section
        )
        for section, account in _ACCOUNTS.items()
    ]


def _line(row: Row[Any]) -> Line:
    key = {name: getattr(row, name) for name in KEY_FIELDS}
    return Line(**key, nilai_anggaran=Rupiah(row.nilai_sen))
