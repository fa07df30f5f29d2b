"""Devices that their person reported lost, and when each is removed."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_auth_0018"
down_revision: str | Sequence[str] | None = "esea_auth_0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "esea_lost_device",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("mode", sa.String(length=60), nullable=False),
        sa.Column("reference", sa.String(length=255), nullable=False),
        sa.Column("reported_at", _MOMENT, nullable=False),
        sa.Column("removal_at", _MOMENT, nullable=True),
        sa.Column("weak", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_lost_device")),
        sa.UniqueConstraint("subject", "mode", "reference", name=op.f("uq_esea_lost_device_subject_mode_reference")),
    )
    op.create_index(op.f("ix_esea_lost_device_removal_at"), "esea_lost_device", ["removal_at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index(op.f("ix_esea_lost_device_removal_at"), table_name="esea_lost_device")
    op.drop_table("esea_lost_device")
