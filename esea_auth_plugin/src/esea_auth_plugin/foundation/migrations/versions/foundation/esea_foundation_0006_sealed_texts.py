"""Reasons of decisions, questions and internal notes are sealed."""

from __future__ import annotations

from collections.abc import Sequence

from esea_auth_plugin.foundation.migrations.sealing import seal_column

revision: str = "esea_foundation_0006"
down_revision: str | Sequence[str] | None = "esea_foundation_0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Seal them."""
    seal_column("esea_request", "reason", key="id", bound_to="id", purpose="review.text")
    seal_column("esea_request_comment", "text", key="id", bound_to="request_id", purpose="review.text")


def downgrade() -> None:
    """Open them."""
    seal_column("esea_request", "reason", key="id", bound_to="id", purpose="review.text", undo=True)
    seal_column("esea_request_comment", "text", key="id", bound_to="request_id", purpose="review.text", undo=True)
