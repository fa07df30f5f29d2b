"""First links, whose person is asked what the account keeps."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_auth_0013"
down_revision: str | Sequence[str] | None = "esea_auth_0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "esea_first_link",
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("link", sa.String(length=36), nullable=False),
        sa.Column("mode", sa.String(length=60), nullable=False),
        sa.Column("session_id", sa.String(length=36), nullable=False),
        sa.Column("both_proven", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_esea_first_link")),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("esea_first_link")
