"""Why a mailbox is not believed, and whether the browser of a first link knew the account."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_auth_0016"
down_revision: str | Sequence[str] | None = "esea_auth_0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Add the columns; an older doubt keeps the sentence about its domain."""
    op.add_column(
        "esea_account", sa.Column("email_doubt_reason", sa.String(length=40), server_default="", nullable=False)
    )
    op.add_column("esea_first_link", sa.Column("browser_known", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Take them back."""
    with op.batch_alter_table("esea_first_link") as batch:
        batch.drop_column("browser_known")
    with op.batch_alter_table("esea_account") as batch:
        batch.drop_column("email_doubt_reason")
