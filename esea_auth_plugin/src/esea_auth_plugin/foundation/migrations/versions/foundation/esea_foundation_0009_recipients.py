"""A keyed hash of each email's recipient: the support sees what became of somebody's mail."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_foundation_0009"
down_revision: str | Sequence[str] | None = "esea_foundation_0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Add it; of emails from before nothing is known."""
    op.add_column("esea_delivery", sa.Column("recipient_digest", sa.String(length=64), nullable=True))
    op.create_index(
        op.f("ix_esea_delivery_recipient_digest_created_at"), "esea_delivery", ["recipient_digest", "created_at"]
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index(op.f("ix_esea_delivery_recipient_digest_created_at"), table_name="esea_delivery")
    with op.batch_alter_table("esea_delivery") as batch:
        batch.drop_column("recipient_digest")
