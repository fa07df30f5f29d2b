"""Devices that wait for their confirmation by mail."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_auth_0007"
down_revision: str | Sequence[str] | None = "esea_auth_0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "esea_pending_device",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("mode", sa.String(length=60), nullable=False),
        sa.Column("reference", sa.String(length=255), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_pending_device")),
        sa.UniqueConstraint("digest", name=op.f("uq_esea_pending_device_digest")),
        sa.UniqueConstraint("mode", "reference", name=op.f("uq_esea_pending_device_mode_reference")),
    )
    op.create_index(op.f("ix_esea_pending_device_ends_at"), "esea_pending_device", ["ends_at"], unique=False)
    op.create_index(op.f("ix_esea_pending_device_subject"), "esea_pending_device", ["subject"], unique=False)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("esea_pending_device")
