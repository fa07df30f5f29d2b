"""Motives of access requests are sealed."""

from __future__ import annotations

from collections.abc import Sequence

from esea_auth_plugin.migrations.sealing import seal_column

revision: str = "esea_auth_0012"
down_revision: str | Sequence[str] | None = "esea_auth_0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Seal them."""
    seal_column(
        "esea_access_request", "motive", key="request_id", bound_to="request_id", purpose="access_request.motive"
    )


def downgrade() -> None:
    """Open them."""
    seal_column(
        "esea_access_request",
        "motive",
        key="request_id",
        bound_to="request_id",
        purpose="access_request.motive",
        undo=True,
    )
