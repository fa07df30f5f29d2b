"""Work lists are read by due date; what a request said before its completion is kept for comparison."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_foundation_0008"
down_revision: str | Sequence[str] | None = "esea_foundation_0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Add the index and the column."""
    op.create_index("ix_esea_request_due", "esea_request", ["kind", "state", "due_on", "created_at", "id"])
    op.add_column("esea_request_comment", sa.Column("facts", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Take them back."""
    with op.batch_alter_table("esea_request_comment") as batch:
        batch.drop_column("facts")
    op.drop_index("ix_esea_request_due", table_name="esea_request")
