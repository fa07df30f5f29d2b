"""What each reviewer chose when they agreed."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_foundation_0004"
down_revision: str | Sequence[str] | None = "esea_foundation_0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("esea_request_agreement", sa.Column("kept", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("esea_request_agreement") as batch:
        batch.drop_column("kept")
