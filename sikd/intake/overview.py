"""How far each Pemda has come in a budget year, for boards: no envelope is read for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from contract.budget.totals import Totals
from contract.wire.states import SnapshotState
from sikd.intake import store
from sikd.intake.tables import TOTALS, snapshots

# What a Pemda is shown by where it has several snapshots: the one that has come furthest, then the newest.
_FURTHEST = (
    SnapshotState.AUTHORISED,
    SnapshotState.VERIFIED,
    SnapshotState.RECEIVED,
    SnapshotState.COMPLETE,
    SnapshotState.RECEIVING,
    SnapshotState.COMMITTED,
    SnapshotState.REFUSED,
    SnapshotState.LAPSED,
    SnapshotState.SUPERSEDED,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """The snapshot by which a Pemda is shown on a board."""

    kode_pemda: str
    snapshot_id: str
    state: SnapshotState
    received_at: datetime
    totals: Totals


def standings(conn: Connection, tahun: int) -> dict[str, Standing]:
    """By kode Pemda, the snapshot of a budget year that has come furthest; a Pemda without one is absent."""
    columns = ("kode_pemda", "snapshot_id", "state", "received_at", *TOTALS)
    query = select(*(snapshots.c[name] for name in columns)).where(snapshots.c.tahun_anggaran == tahun)
    found: dict[str, Standing] = {}
    for row in conn.execute(query):
        state = SnapshotState(row.state)
        one = Standing(row.kode_pemda, row.snapshot_id, state, row.received_at, store.read_totals(row))
        known = found.get(one.kode_pemda)
        if known is None or _rank(one) > _rank(known):
            found[one.kode_pemda] = one
    return found


def years(conn: Connection) -> tuple[int, ...]:
    """The budget years of which anything was delivered, newest first."""
    query = select(snapshots.c.tahun_anggaran).distinct().order_by(snapshots.c.tahun_anggaran.desc())
    return tuple(conn.execute(query).scalars())


def _rank(one: Standing) -> tuple[int, datetime]:
    return -_FURTHEST.index(one.state), one.received_at
