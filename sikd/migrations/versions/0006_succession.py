"""Whose place a node takes, and whether its state was restored from a backup."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("nodes", sa.Column("replaces", sa.String(length=40), nullable=True))
    op.add_column("nodes", sa.Column("vouched", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("nodes", sa.Column("rewound_from", sa.BigInteger(), nullable=True))
