"""What people add to their registration, and what they are asked, is sealed."""

from __future__ import annotations

from collections.abc import Sequence

from esea_auth_plugin.foundation.migrations.sealing import seal_column

revision: str = "oru_espace_pro_0003"
down_revision: str | Sequence[str] | None = "oru_espace_pro_0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Seal them."""
    seal_column("oru_registration", "complement", key="request_id", bound_to="request_id", purpose="oru.registration")
    seal_column("oru_registration", "question", key="request_id", bound_to="request_id", purpose="oru.registration")


def downgrade() -> None:
    """Open them."""
    seal_column(
        "oru_registration", "complement", key="request_id", bound_to="request_id", purpose="oru.registration", undo=True
    )
    seal_column(
        "oru_registration", "question", key="request_id", bound_to="request_id", purpose="oru.registration", undo=True
    )
