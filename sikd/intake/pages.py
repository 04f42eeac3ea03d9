"""The pages that show what was delivered: per SKPD, line by line, and the receipts for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contract.budget.codes import Section
from contract.budget.names import NameKind
from contract.budget.totals import total
from contract.wire.states import SnapshotState
from sikd.intake import budget, store
from sikd.intake.store import LIVE, Snapshot
from sikd.web import ThisPage, page_router

router = page_router()
LINES_A_PAGE = 50
_MOST = 10_000_000
_CODE_START = re.compile(r"[0-9X][0-9X.]{0,20}")
_NAMED = (NameKind.REKENING, NameKind.SUB_KEGIATAN, NameKind.SUMBER_DANA, NameKind.UNIT_SKPD)
PageNumber = Annotated[int, Query(ge=1, le=_MOST)]


@dataclass(frozen=True)
class Filter:
    """Which lines a person wants to see."""

    skpd: str = ""
    bagian: str = ""
    kode: str = ""

    @property
    def section(self) -> Section | None:
        """The section wanted, or None for all."""
        return Section(self.bagian) if self.bagian in set(Section) else None

    @property
    def starting(self) -> str | None:
        """The start of an account's or sub kegiatan's code, or None; what cannot be one is passed over."""
        return self.kode if _CODE_START.fullmatch(self.kode) else None

    def query(self, halaman: int) -> str:
        """The query of an address that leads to one page of these lines."""
        wanted = {"skpd": self.skpd, "bagian": self.bagian, "kode": self.kode, "halaman": str(halaman)}
        return urlencode({name: value for name, value in wanted.items() if value})


@router.get("/pemda/{kode_pemda}/apbd/{snapshot_id}/skpd", name="snapshot_skpd")
def per_skpd(page: ThisPage, kode_pemda: str, snapshot_id: str) -> Response:
    """The sums of each SKPD."""
    with page.database.read() as conn:
        delivered = _whole(store.snapshot(conn, kode_pemda, snapshot_id))
        sums = budget.skpd_sums(conn, kode_pemda, delivered.content_id)
    return page.show(
        "intake/skpd.html", snapshot=delivered, sums=sums, whole=total(each.totals for each in sums)
    )


@router.get("/pemda/{kode_pemda}/apbd/{snapshot_id}/rincian", name="snapshot_lines")
def lines(
    page: ThisPage,
    kode_pemda: str,
    snapshot_id: str,
    skpd: str = "",
    bagian: str = "",
    kode: str = "",
    halaman: PageNumber = 1,
) -> Response:
    """The lines of the budget, filtered and some at a time."""
    wanted = Filter(skpd, bagian, kode.strip())
    with page.database.read() as conn:
        delivered = _whole(store.snapshot(conn, kode_pemda, snapshot_id))
        found = budget.budget_lines(
            conn,
            kode_pemda,
            delivered.content_id,
            kode_skpd=wanted.skpd or None,
            section=wanted.section,
            starting=wanted.starting,
            offset=(halaman - 1) * LINES_A_PAGE,
            limit=LINES_A_PAGE,
        )
        names = {kind.value: budget.names_of(conn, kode_pemda, delivered.content_id, kind) for kind in _NAMED}
        skpd_names = budget.names_of(conn, kode_pemda, delivered.content_id, NameKind.SKPD)
    return page.show(
        "intake/lines.html",
        snapshot=delivered,
        found=found,
        names=names,
        skpd_names=skpd_names,
        wanted=wanted,
        number=halaman,
        last=max(1, -(-found.count // LINES_A_PAGE)),
    )


@router.get("/pemda/{kode_pemda}/apbd/{snapshot_id}/tanda-terima/{jenis}", name="receipt")
def receipt(page: ThisPage, kode_pemda: str, snapshot_id: str, jenis: str) -> Response:
    """A signed receipt as a file, which `sinergi receipt verify` checks offline."""
    with page.database.read() as conn:
        delivered = store.snapshot(conn, kode_pemda, snapshot_id)
    content = {"komitmen": delivered.commit_receipt, "akhir": delivered.last_receipt}.get(jenis)
    if content is None:
        raise HTTPException(404)
    name = f"tanda-terima-{jenis}-{kode_pemda}-{delivered.tahun_anggaran}-{snapshot_id[:8]}.json"
    return page.download(content, name)


def _whole(delivered: Snapshot) -> Snapshot:
    """The snapshot, where all of its segments are there; otherwise the page does not exist yet."""
    if delivered.state not in (*LIVE, SnapshotState.SUPERSEDED):
        raise HTTPException(404)
    return delivered
