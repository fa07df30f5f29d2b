"""Which mailboxes are believed, and what is known of their domains."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_auth_0011"
down_revision: str | Sequence[str] | None = "esea_auth_0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Add the columns, fill them, make the table."""
    op.add_column("esea_account", sa.Column("email_domain", sa.String(length=254), server_default="", nullable=False))
    for name in ("email_confirmed_at", "email_doubted_at"):
        op.add_column("esea_account", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_esea_account_email_domain"), "esea_account", ["email_domain"])
    behind = (
        "split_part(email, '@', 2)"
        if op.get_bind().dialect.name == "postgresql"
        else "substr(email, instr(email, '@') + 1)"
    )
    op.execute(f"UPDATE esea_account SET email_domain = {behind}")  # noqa: S608 - our own words
    # Whoever is in has confirmed once: the earliest moment it can have been.
    op.execute("UPDATE esea_account SET email_confirmed_at = created_at WHERE state <> 'pending'")
    op.create_table(
        "esea_mail_domain",
        sa.Column("domain", sa.String(length=254), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("silent_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("silent_looks", sa.Integer(), nullable=False),
        sa.Column("name_servers", sa.Text(), nullable=False),
        sa.Column("mail_servers", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("vouched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_esea_mail_domain")),
    )


def downgrade() -> None:
    """Take them back."""
    op.drop_table("esea_mail_domain")
    op.drop_index(op.f("ix_esea_account_email_domain"), table_name="esea_account")
    with op.batch_alter_table("esea_account") as batch:
        for name in ("email_doubted_at", "email_confirmed_at", "email_domain"):
            batch.drop_column(name)
