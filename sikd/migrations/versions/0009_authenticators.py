"""The secret of a person's authenticator app, and the last step of time whose code was used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the columns; nobody has an authenticator yet."""
    secret: sa.Column[bytes] = sa.Column("totp_secret", sa.LargeBinary(), nullable=True)
    step: sa.Column[int] = sa.Column("totp_step", sa.Integer(), nullable=True)
    op.add_column("accounts", secret)
    op.add_column("accounts", step)
