"""Passkeys, their owners' handles, answered challenges."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_auth_0008"
down_revision: str | Sequence[str] | None = "esea_auth_0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "esea_passkey",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("aaguid", sa.String(length=36), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=False),
        sa.Column("backup_eligible", sa.Boolean(), nullable=False),
        sa.Column("backed_up", sa.Boolean(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_esea_passkey_credential_id")),
    )
    op.create_index("ix_esea_passkey_subject_added_at", "esea_passkey", ["subject", "added_at"], unique=False)
    op.create_table(
        "esea_passkey_handle",
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("handle", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_esea_passkey_handle")),
        sa.UniqueConstraint("handle", name=op.f("uq_esea_passkey_handle_handle")),
    )
    op.create_table(
        "esea_passkey_challenge",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_esea_passkey_challenge")),
    )
    op.create_index(op.f("ix_esea_passkey_challenge_ends_at"), "esea_passkey_challenge", ["ends_at"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_esea_passkey_challenge_ends_at"), table_name="esea_passkey_challenge")
    op.drop_table("esea_passkey_challenge")
    op.drop_table("esea_passkey_handle")
    op.drop_index("ix_esea_passkey_subject_added_at", table_name="esea_passkey")
    op.drop_table("esea_passkey")
