"""What people of a Pemda decided about their budget."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "authorisations",
        sa.Column("kode_pemda", sa.String(length=5), nullable=False),
        sa.Column("tahun_anggaran", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "kode_pemda", "tahun_anggaran", "content_id", "at", name=op.f("pk_authorisations")
        ),
    )
    op.create_table(
        "openings",
        sa.Column("kode_pemda", sa.String(length=5), nullable=False),
        sa.Column("content_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kode_pemda", "content_id", "at", name=op.f("pk_openings")),
    )
    op.create_table(
        "verifications",
        sa.Column("kode_pemda", sa.String(length=5), nullable=False),
        sa.Column("content_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kode_pemda", "content_id", "at", name=op.f("pk_verifications")),
    )
