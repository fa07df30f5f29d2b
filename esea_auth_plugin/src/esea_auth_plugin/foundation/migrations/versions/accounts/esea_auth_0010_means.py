"""What people own, noted on their account; reminders that were put off."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_auth_0010"
down_revision: str | Sequence[str] | None = "esea_auth_0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Add the columns, make the table."""
    for name in ("devices_held", "level_owned"):
        op.add_column("esea_account", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "esea_means_reminder",
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("quiet_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_esea_means_reminder")),
    )


def downgrade() -> None:
    """Take them back."""
    op.drop_table("esea_means_reminder")
    with op.batch_alter_table("esea_account") as batch:
        for name in ("level_owned", "devices_held"):
            batch.drop_column(name)
