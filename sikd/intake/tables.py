"""What is kept of every delivery: snapshots, what each consists of, and the segments with their lines.

A segment is kept once for a Pemda and a budget year, however many snapshots it occurs in.
On PostgreSQL the tables of lines and names are partitioned by year (sikd/migrations).
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from contract.budget.names import MAX_NAME_CHARACTERS
from sikd.database import Moment, metadata

TOTALS = ("pendapatan", "belanja", "penerimaan_pembiayaan", "pengeluaran_pembiayaan")
"""The columns of control totals, in whole sen, in the order of `contract.budget.codes.Section`."""


def _totals() -> list[Column[int]]:
    return [Column(name, BigInteger, nullable=False) for name in TOTALS]


snapshots = Table(
    "snapshots",
    metadata,
    Column("kode_pemda", String(5), primary_key=True),
    Column("snapshot_id", String(64), primary_key=True),
    Column("tahun_anggaran", Integer, nullable=False),
    Column("content_id", String(64), nullable=False),
    Column("node_id", String(40), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("state", String(20), nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("taken_at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("completed_at", Moment),
    *_totals(),
    Column("findings", JSON, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("commit_receipt", LargeBinary, nullable=False),
    Column("last_receipt", LargeBinary),
    UniqueConstraint("kode_pemda", "node_id", "sequence"),
    Index("ix_snapshots_content", "kode_pemda", "content_id"),
    Index("ix_snapshots_year", "kode_pemda", "tahun_anggaran", "received_at"),
    Index("ix_snapshots_state", "state", "received_at"),
)

parts = Table(
    "snapshot_parts",
    metadata,
    Column("kode_pemda", String(5), primary_key=True),
    Column("snapshot_id", String(64), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("tahun_anggaran", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("kode_skpd", String(22), nullable=False),
    Column("lines", Integer, nullable=False),
    *_totals(),
    Column("bytes", BigInteger, nullable=False),
    Column("frame_bytes", BigInteger, nullable=False),
    Column("frame_sha256", String(64), nullable=False),
    # In which order parts became present: null is lacking, 0 was known before this snapshot.
    Column("arrival", Integer),
    # Why a part that arrived as signed cannot be accepted (English sentence); null is well.
    Column("fault", Text),
    ForeignKeyConstraint(["kode_pemda", "snapshot_id"], ["snapshots.kode_pemda", "snapshots.snapshot_id"]),
)

segments = Table(
    "segments",
    metadata,
    Column("kode_pemda", String(5), primary_key=True),
    Column("tahun_anggaran", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(64), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("kode_skpd", String(22), nullable=False),
    Column("lines", Integer, nullable=False),
    *_totals(),
    Column("bytes", BigInteger, nullable=False),
    Column("frame", LargeBinary, nullable=False),
    Column("arrived_at", Moment, nullable=False),
)


def _segment_key() -> list[Column[str] | Column[int]]:
    return [
        Column("kode_pemda", String(5), primary_key=True),
        Column("tahun_anggaran", Integer, primary_key=True, autoincrement=False),
        Column("segment", String(64), primary_key=True),
        Column("position", Integer, primary_key=True, autoincrement=False),
    ]


lines = Table(
    "lines",
    metadata,
    *_segment_key(),
    Column("kode_skpd", String(22), nullable=False),
    Column("kode_unit_skpd", String(22), nullable=False),
    Column("kode_bidang_urusan", String(4), nullable=False),
    Column("kode_program", String(7), nullable=False),
    Column("kode_kegiatan", String(12), nullable=False),
    Column("kode_sub_kegiatan", String(17), nullable=False),
    Column("kode_rekening", String(17), nullable=False),
    Column("kode_sumber_dana", String(36), nullable=False),
    Column("nilai_sen", BigInteger, nullable=False),
    info={"partitioned_by_year": True},
)

names = Table(
    "names",
    metadata,
    *_segment_key(),
    Column("kind", String(20), nullable=False),
    Column("kode", String(36), nullable=False),
    Column("nama", String(MAX_NAME_CHARACTERS), nullable=False),
    Index("ix_names_kode", "kode_pemda", "tahun_anggaran", "segment", "kind", "kode"),
    info={"partitioned_by_year": True},
)
