"""When the node of a Pemda reads the budget, where an officer has set it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "schedules",
        sa.Column("kode_pemda", sa.String(length=5), nullable=False),
        sa.Column("schedule", sa.String(length=100), nullable=False),
        sa.Column("set_by", sa.String(length=60), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kode_pemda", name=op.f("pk_schedules")),
    )
