"""Install tickets, and the nodes that came second with one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "install_tickets",
        sa.Column("ticket_id", sa.String(length=10), nullable=False),
        sa.Column("kode_pemda", sa.String(length=5), nullable=False),
        sa.Column("public_der", sa.LargeBinary(), nullable=False),
        sa.Column("form_id", sa.String(length=32), nullable=True),
        sa.Column("issued_by", sa.String(length=60), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.String(length=60), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("node_id", sa.String(length=40), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_install_tickets")),
        sa.UniqueConstraint("form_id", name=op.f("uq_install_tickets_form_id")),
    )
    for column in ("kode_pemda", "issued_at", "node_id"):
        op.create_index(op.f(f"ix_install_tickets_{column}"), "install_tickets", [column])
    op.create_table(
        "ticket_strangers",
        sa.Column("ticket_id", sa.String(length=10), nullable=False),
        sa.Column("node_id", sa.String(length=40), nullable=False),
        sa.Column("hostname", sa.String(length=200), nullable=False),
        sa.Column("network", sa.String(length=60), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["install_tickets.ticket_id"],
            name=op.f("fk_ticket_strangers_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("ticket_id", "node_id", name=op.f("pk_ticket_strangers")),
    )
