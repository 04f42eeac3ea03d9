"""Nodes and the one-time values of their requests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "nodes",
        sa.Column("node_id", sa.String(length=40), nullable=False),
        sa.Column("signing_der", sa.LargeBinary(), nullable=False),
        sa.Column("sealing_der", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("kode_pemda", sa.String(length=5), nullable=True),
        sa.Column("hostname", sa.String(length=200), nullable=False),
        sa.Column("machine", sa.String(length=200), nullable=False),
        sa.Column("agent_version", sa.String(length=200), nullable=False),
        sa.Column("database", sa.String(length=200), nullable=False),
        sa.Column("queued", sa.BigInteger(), nullable=False),
        sa.Column("network", sa.String(length=60), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("checkin_id", sa.String(length=32), nullable=False),
        sa.Column("last_answer", sa.LargeBinary(), nullable=True),
        sa.Column("match_nonce", sa.LargeBinary(), nullable=False),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("proposed_kode_pemda", sa.String(length=5), nullable=True),
        sa.Column("proposed_by", sa.String(length=60), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("last_content_id", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("node_id", name=op.f("pk_nodes")),
    )
    op.create_index("ix_nodes_state", "nodes", ["state", "registered_at"], unique=False)
    op.create_index(
        "uq_nodes_one_mapped_a_pemda",
        "nodes",
        ["kode_pemda"],
        unique=True,
        sqlite_where=sa.text("state = 'mapped'"),
        postgresql_where=sa.text("state = 'mapped'"),
    )
    op.create_table(
        "nonces",
        sa.Column("node_id", sa.String(length=40), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("node_id", "nonce", name=op.f("pk_nonces")),
    )
    op.create_index(op.f("ix_nonces_seen_at"), "nonces", ["seen_at"], unique=False)
