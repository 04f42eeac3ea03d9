"""Whether a password was given by somebody else, and has to be changed before anything else is done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the column; a password that is in use already was chosen by its person."""
    given: sa.Column[bool] = sa.Column("must_change", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("accounts", given)
