"""Motives of access requests, and reasons why rights ended, are sealed."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from esea_auth_plugin.foundation.migrations.sealing import seal_column

revision: str = "esea_auth_0015"
down_revision: str | Sequence[str] | None = "esea_auth_0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Seal them."""
    with op.batch_alter_table("esea_grant") as batch:
        batch.alter_column("ended_reason", type_=sa.Text(), existing_type=sa.String(200), existing_nullable=False)
    seal_column("esea_grant", "ended_reason", key="id", bound_to="id", purpose="grant.ended_reason")
    seal_column(
        "esea_access_request", "motive", key="request_id", bound_to="request_id", purpose="access_request.motive"
    )


def downgrade() -> None:
    """Open them."""
    seal_column("esea_grant", "ended_reason", key="id", bound_to="id", purpose="grant.ended_reason", undo=True)
    with op.batch_alter_table("esea_grant") as batch:
        batch.alter_column("ended_reason", type_=sa.String(200), existing_type=sa.Text(), existing_nullable=False)
    seal_column(
        "esea_access_request",
        "motive",
        key="request_id",
        bound_to="request_id",
        purpose="access_request.motive",
        undo=True,
    )
