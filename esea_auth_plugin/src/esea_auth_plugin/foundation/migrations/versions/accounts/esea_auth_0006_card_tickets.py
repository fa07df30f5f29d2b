"""Tickets of the card host."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_auth_0006"
down_revision: str | Sequence[str] | None = "esea_auth_0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "esea_card_ticket",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("attempt", sa.String(length=36), nullable=False),
        sa.Column("nonce_digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_esea_card_ticket")),
    )
    with op.batch_alter_table("esea_card_ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_esea_card_ticket_ends_at"), ["ends_at"], unique=False)


def downgrade() -> None:
    """Undo the change."""
    op.drop_table("esea_card_ticket")
