"""The home page, the board of all Pemda, and the audit trail."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from starlette.responses import Response

from sikd import audit, dbaccess, intake, nodes, tickets
from sikd.deadlines import WIB, apbd_murni_deadline
from sikd.reports.board import WORDS, Progress, board
from sikd.web import ThisPage, page_router

router = page_router()
ROWS_A_PAGE = 50
_NEWEST = 8
_ACTS_A_PAGE = 100
_ALARM = timedelta(days=14)
"""How long the home page warns of a ticket that a second server tried; its own page does for ever."""
Tahun = Annotated[int, Query(ge=2020, le=2100)]
ActNumber = Annotated[int, Query(ge=1, lt=2**63)]
PageNumber = Annotated[int, Query(ge=1, le=1000)]


@router.get("/", name="home")
def home(page: ThisPage) -> Response:
    """What waits for this person; for a Pemda its own page, for a stranger what the service is."""
    if page.user is None:
        return page.show("web/welcome.html")
    if page.user.kode_pemda is not None:
        return page.go("pemda", kode_pemda=page.user.kode_pemda)
    tahun = page.now.astimezone(WIB).year
    with page.database.read() as conn:
        waiting = nodes.listed(conn, state=nodes.NodeState.PENDING, most=_NEWEST)
        suspended = nodes.listed(conn, state=nodes.NodeState.SUSPENDED, most=_NEWEST)
        accesses = dbaccess.waiting(conn)
        alarms = tickets.alarms_since(conn, page.now - _ALARM)
        shown = board(intake.standings(conn, tahun))
    arrived = [row for row in shown.rows if row.progress is not Progress.NONE]
    return page.show(
        "reports/home.html",
        tahun=tahun,
        deadline=apbd_murni_deadline(tahun),
        waiting=waiting,
        suspended=suspended,
        alarms=alarms,
        accesses=accesses,
        access_states=dbaccess.ACCESS_STATES,
        board=shown,
        newest=arrived[:_NEWEST],
        words=WORDS,
    )


@router.get("/papan", name="board")
def all_pemda(
    page: ThisPage, tahun: Tahun | None = None, capaian: str = "", cari: str = "", halaman: PageNumber = 1
) -> Response:
    """Every Pemda and how far it has come in a budget year."""
    year = tahun or page.now.astimezone(WIB).year
    with page.database.read() as conn:
        shown = board(intake.standings(conn, year))
        years = sorted({year, page.now.astimezone(WIB).year, *intake.years(conn)}, reverse=True)
    progress = Progress(capaian) if capaian in set(Progress) else None
    rows = shown.chosen(progress, cari)
    first = (halaman - 1) * ROWS_A_PAGE
    return page.show(
        "reports/board.html",
        tahun=year,
        years=years,
        board=shown,
        progress=progress,
        wanted=cari,
        rows=rows[first : first + ROWS_A_PAGE],
        count=len(rows),
        number=halaman,
        last=max(1, -(-len(rows) // ROWS_A_PAGE)),
        query=urlencode({"tahun": year, "cari": cari}),
        filtered=urlencode({"tahun": year, "capaian": progress or "", "cari": cari}),
        words=WORDS,
    )


@router.get("/pemda/{kode_pemda}/apbd/{snapshot_id}/jejak", name="snapshot_trail")
def snapshot_trail(page: ThisPage, kode_pemda: str, snapshot_id: str) -> Response:
    """Who did what with a snapshot and its content, newest first."""
    with page.database.read() as conn:
        delivered = intake.snapshot(conn, kode_pemda, snapshot_id)
        about = [
            act
            for subject in (snapshot_id, delivered.content_id)
            for act in audit.acts(conn, subject=subject, kode_pemda=kode_pemda)
        ]
    acts = sorted(about, key=lambda act: act.at, reverse=True)
    return page.show("reports/snapshot_trail.html", snapshot=delivered, acts=acts)


@router.get("/jejak", name="audit_trail")
def audit_trail(page: ThisPage, sebelum: ActNumber | None = None, tentang: str = "") -> Response:
    """The acts of everybody, or about one subject, newest first and some at a time; for auditors."""
    with page.database.read() as conn:
        acts = audit.acts(conn, subject=tentang.strip() or None, before=sebelum, limit=_ACTS_A_PAGE)
    older = acts[-1].id if len(acts) == _ACTS_A_PAGE else None
    query = urlencode({"tentang": tentang, "sebelum": older or ""})
    return page.show("reports/audit_trail.html", acts=acts, wanted=tentang, older=older, query=query)
