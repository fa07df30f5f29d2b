"""Difficulties and their history."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "oru_espace_pro_0004"
down_revision: str | Sequence[str] | None = "oru_espace_pro_0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "oru_difficulty",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=False),
        sa.Column("structure", sa.String(length=20), nullable=False),
        sa.Column("structure_name", sa.String(length=200), nullable=False),
        sa.Column("finess", sa.String(length=9), nullable=False),
        sa.Column("department", sa.String(length=3), nullable=False),
        sa.Column("nature", sa.String(length=40), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("motives", sa.JSON(), nullable=False),
        sa.Column("pathways", sa.JSON(), nullable=False),
        sa.Column("actions", sa.JSON(), nullable=False),
        sa.Column("starts_at", _MOMENT, nullable=False),
        sa.Column("expected_end_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("declared_by", sa.String(length=36), nullable=False),
        sa.Column("declared_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("answer_due_at", _MOMENT, nullable=True),
        sa.Column("escalated_at", _MOMENT, nullable=True),
        sa.Column("reminded_at", _MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oru_difficulty")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_oru_difficulty_idempotency_key")),
    )
    for columns in (["structure"], ["declared_by"], ["state", "department"], ["declared_at", "id"], ["changed_at"]):
        op.create_index(f"ix_oru_difficulty_{'_'.join(columns)}", "oru_difficulty", columns)
    op.create_table(
        "oru_difficulty_event",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("difficulty_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("party", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["difficulty_id"],
            ["oru_difficulty.id"],
            name=op.f("fk_oru_difficulty_event_difficulty_id_oru_difficulty"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oru_difficulty_event")),
        sa.UniqueConstraint("difficulty_id", "number", name=op.f("uq_oru_difficulty_event_difficulty_id_number")),
    )
    for column in ("difficulty_id", "by"):
        op.create_index(f"ix_oru_difficulty_event_{column}", "oru_difficulty_event", [column])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("oru_difficulty_event")
    op.drop_table("oru_difficulty")
