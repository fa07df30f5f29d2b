"""Requests that several reviewers must agree to."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_foundation_0002"
down_revision: str | Sequence[str] | None = "esea_foundation_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "esea_request_agreement",
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["esea_request.id"],
            name=op.f("fk_esea_request_agreement_request_id_esea_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("request_id", "by", name=op.f("pk_esea_request_agreement")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("esea_request_agreement")
