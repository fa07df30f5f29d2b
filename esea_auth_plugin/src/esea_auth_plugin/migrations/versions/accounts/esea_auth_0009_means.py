"""How many devices people hold."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_auth_0009"
down_revision: str | Sequence[str] | None = "esea_auth_0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "esea_means",
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("quiet_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_esea_means")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("esea_means")
