"""Snapshots, their segments, and the lines of budgets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "lines",
        sa.Column("kode_pemda", sa.String(length=5), nullable=False),
        sa.Column("tahun_anggaran", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("segment", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kode_skpd", sa.String(length=22), nullable=False),
        sa.Column("kode_unit_skpd", sa.String(length=22), nullable=False),
        sa.Column("kode_bidang_urusan", sa.String(length=4), nullable=False),
        sa.Column("kode_program", sa.String(length=7), nullable=False),
        sa.Column("kode_kegiatan", sa.String(length=12), nullable=False),
        sa.Column("kode_sub_kegiatan", sa.String(length=17), nullable=False),
        sa.Column("kode_rekening", sa.String(length=17), nullable=False),
        sa.Column("kode_sumber_dana", sa.String(length=36), nullable=False),
        sa.Column("nilai_sen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kode_pemda", "tahun_anggaran", "segment", "position", name=op.f("pk_lines")),
        postgresql_partition_by="LIST (tahun_anggaran)",
    )
    op.create_table(
        "names",
        sa.Column("kode_pemda", sa.String(length=5), nullable=False),
        sa.Column("tahun_anggaran", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("segment", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("kode", sa.String(length=36), nullable=False),
        sa.Column("nama", sa.String(length=512), nullable=False),
        sa.PrimaryKeyConstraint("kode_pemda", "tahun_anggaran", "segment", "position", name=op.f("pk_names")),
        postgresql_partition_by="LIST (tahun_anggaran)",
    )
    op.create_index(
        "ix_names_kode", "names", ["kode_pemda", "tahun_anggaran", "segment", "kind", "kode"], unique=False
    )
    op.create_table(
        "segments",
        sa.Column("kode_pemda", sa.String(length=5), nullable=False),
        sa.Column("tahun_anggaran", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("kode_skpd", sa.String(length=22), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("pendapatan", sa.BigInteger(), nullable=False),
        sa.Column("belanja", sa.BigInteger(), nullable=False),
        sa.Column("penerimaan_pembiayaan", sa.BigInteger(), nullable=False),
        sa.Column("pengeluaran_pembiayaan", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("frame", sa.LargeBinary(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kode_pemda", "tahun_anggaran", "sha256", name=op.f("pk_segments")),
    )
    op.create_table(
        "snapshots",
        sa.Column("kode_pemda", sa.String(length=5), nullable=False),
        sa.Column("snapshot_id", sa.String(length=64), nullable=False),
        sa.Column("tahun_anggaran", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.String(length=64), nullable=False),
        sa.Column("node_id", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pendapatan", sa.BigInteger(), nullable=False),
        sa.Column("belanja", sa.BigInteger(), nullable=False),
        sa.Column("penerimaan_pembiayaan", sa.BigInteger(), nullable=False),
        sa.Column("pengeluaran_pembiayaan", sa.BigInteger(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("commit_receipt", sa.LargeBinary(), nullable=False),
        sa.Column("last_receipt", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("kode_pemda", "snapshot_id", name=op.f("pk_snapshots")),
        sa.UniqueConstraint(
            "kode_pemda", "node_id", "sequence", name=op.f("uq_snapshots_kode_pemda_node_id_sequence")
        ),
    )
    op.create_index("ix_snapshots_content", "snapshots", ["kode_pemda", "content_id"], unique=False)
    op.create_index("ix_snapshots_state", "snapshots", ["state", "received_at"], unique=False)
    op.create_index(
        "ix_snapshots_year", "snapshots", ["kode_pemda", "tahun_anggaran", "received_at"], unique=False
    )
    op.create_table(
        "snapshot_parts",
        sa.Column("kode_pemda", sa.String(length=5), nullable=False),
        sa.Column("snapshot_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tahun_anggaran", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("kode_skpd", sa.String(length=22), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("pendapatan", sa.BigInteger(), nullable=False),
        sa.Column("belanja", sa.BigInteger(), nullable=False),
        sa.Column("penerimaan_pembiayaan", sa.BigInteger(), nullable=False),
        sa.Column("pengeluaran_pembiayaan", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("frame_bytes", sa.BigInteger(), nullable=False),
        sa.Column("frame_sha256", sa.String(length=64), nullable=False),
        sa.Column("arrival", sa.Integer(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["kode_pemda", "snapshot_id"],
            ["snapshots.kode_pemda", "snapshots.snapshot_id"],
            name=op.f("fk_snapshot_parts_kode_pemda_snapshot_id"),
        ),
        sa.PrimaryKeyConstraint("kode_pemda", "snapshot_id", "position", name=op.f("pk_snapshot_parts")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in ("lines", "names"):
            _make_partitions(table)


def _make_partitions(table: str) -> None:
    """One partition a budget year; a later migration adds years before the last of these is reached."""
    for year in range(2020, 2041):
        op.execute(f"CREATE TABLE {table}_{year} PARTITION OF {table} FOR VALUES IN ({year})")
