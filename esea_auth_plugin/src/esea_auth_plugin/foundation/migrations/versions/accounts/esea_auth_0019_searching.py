"""Indexes by which the support lists accounts and finds a caller."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_auth_0019"
down_revision: str | Sequence[str] | None = "esea_auth_0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_PHONE = sa.text("name IN ('phone', 'mobile')")


def upgrade() -> None:
    """Add them."""
    op.create_index("ix_esea_account_created", "esea_account", ["created_at", "id"])
    op.create_index(
        "ix_esea_identity_attribute_phone",
        "esea_identity_attribute",
        ["value"],
        sqlite_where=_PHONE,
        postgresql_where=_PHONE,
    )


def downgrade() -> None:
    """Take them back."""
    op.drop_index("ix_esea_identity_attribute_phone", table_name="esea_identity_attribute")
    op.drop_index("ix_esea_account_created", table_name="esea_account")
