"""Database accesses, sealed; and the signature by which a browser knows a node's sealing key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
    op.add_column("nodes", sa.Column("sealing_signature", sa.LargeBinary(), nullable=True))
    op.create_table(
        "database_accesses",
        sa.Column("kode_pemda", sa.String(length=5), nullable=False),
        sa.Column("node_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("access_id", sa.String(length=32), nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("refusal", sa.String(length=40), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("entered_by", sa.String(length=60), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("configured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("kode_pemda", "node_id", "version", name=op.f("pk_database_accesses")),
        sa.UniqueConstraint(
            "kode_pemda", "access_id", name=op.f("uq_database_accesses_kode_pemda_access_id")
        ),
    )
    op.create_table(
        "access_choices",
        sa.Column("kode_pemda", sa.String(length=5), nullable=False),
        sa.Column("node_id", sa.String(length=40), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kode_pemda", "node_id", name=op.f("pk_access_choices")),
    )
