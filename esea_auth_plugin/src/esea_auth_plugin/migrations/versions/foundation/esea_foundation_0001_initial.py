"""The tables that every portal has."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_foundation_0001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = ("esea_foundation",)
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "esea_session",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("cookie_digest", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("proofs", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        sa.Column("sealed_address", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_session")),
        sa.UniqueConstraint("cookie_digest", name=op.f("uq_esea_session_cookie_digest")),
    )
    op.create_index(op.f("ix_esea_session_ends_at"), "esea_session", ["ends_at"], unique=False)
    op.create_index(op.f("ix_esea_session_subject"), "esea_session", ["subject"], unique=False)
    op.create_table(
        "esea_throttle_window",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("bucket", sa.String(length=80), nullable=False),
        sa.Column("ceiling", sa.Integer(), nullable=False),
        sa.Column("span_ms", sa.BigInteger(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("previous_start_ms", sa.BigInteger(), nullable=False),
        sa.Column("previous_count", sa.Integer(), nullable=False),
        sa.Column("previous_last_ms", sa.BigInteger(), nullable=False),
        sa.Column("ends_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_esea_throttle_window")),
    )
    op.create_index(op.f("ix_esea_throttle_window_ends_ms"), "esea_throttle_window", ["ends_ms"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_esea_throttle_window_ends_ms"), table_name="esea_throttle_window")
    op.drop_table("esea_throttle_window")
    op.drop_index(op.f("ix_esea_session_subject"), table_name="esea_session")
    op.drop_index(op.f("ix_esea_session_ends_at"), table_name="esea_session")
    op.drop_table("esea_session")
