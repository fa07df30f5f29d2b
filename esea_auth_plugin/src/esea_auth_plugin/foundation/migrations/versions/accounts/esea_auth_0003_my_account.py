"""« Mon compte »: favourites, e-mail changes, corrections, closing, notices, frozen factors, known places."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_auth_0003"
down_revision: str | Sequence[str] | None = "esea_auth_0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "esea_account_closing",
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erase_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_esea_account_closing")),
    )
    op.create_index(op.f("ix_esea_account_closing_erase_at"), "esea_account_closing", ["erase_at"], unique=False)
    op.create_index(op.f("ix_esea_account_closing_erased_at"), "esea_account_closing", ["erased_at"], unique=False)
    op.create_table(
        "esea_email_change",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("sealed_former", sa.Text(), nullable=False),
        sa.Column("sealed_new", sa.Text(), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_digest", sa.String(length=64), nullable=True),
        sa.Column("cancel_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_email_change")),
        sa.UniqueConstraint("cancel_digest", name=op.f("uq_esea_email_change_cancel_digest")),
    )
    op.create_index(op.f("ix_esea_email_change_created_at"), "esea_email_change", ["created_at"], unique=False)
    op.create_index(op.f("ix_esea_email_change_subject"), "esea_email_change", ["subject"], unique=False)
    op.create_table(
        "esea_favourite_service",
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", "service", name=op.f("pk_esea_favourite_service")),
    )
    op.create_table(
        "esea_frozen_factor",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("mode", sa.String(length=60), nullable=False),
        sa.Column("reference", sa.String(length=255), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_frozen_factor")),
        sa.UniqueConstraint("subject", "mode", "reference", name=op.f("uq_esea_frozen_factor_subject_mode_reference")),
    )
    op.create_table(
        "esea_identity_correction",
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_esea_identity_correction")),
    )
    op.create_index(op.f("ix_esea_identity_correction_subject"), "esea_identity_correction", ["subject"], unique=False)
    op.create_table(
        "esea_known_place",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_known_place")),
        sa.UniqueConstraint("subject", "place", name=op.f("uq_esea_known_place_subject_place")),
    )
    op.create_table(
        "esea_notice",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("freezes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_notice")),
    )
    op.create_index(op.f("ix_esea_notice_subject_at"), "esea_notice", ["subject", "at"], unique=False)
    op.create_table(
        "esea_notification_choice",
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "topic", name=op.f("pk_esea_notification_choice")),
    )
    op.create_table(
        "esea_notice_link",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("notice_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["esea_notice.id"],
            name=op.f("fk_esea_notice_link_notice_id_esea_notice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_notice_link")),
        sa.UniqueConstraint("digest", name=op.f("uq_esea_notice_link_digest")),
    )
    op.create_index(op.f("ix_esea_notice_link_ends_at"), "esea_notice_link", ["ends_at"], unique=False)
    op.create_index(op.f("ix_esea_notice_link_notice_id"), "esea_notice_link", ["notice_id"], unique=False)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_index(op.f("ix_esea_notice_link_notice_id"), table_name="esea_notice_link")
    op.drop_index(op.f("ix_esea_notice_link_ends_at"), table_name="esea_notice_link")
    op.drop_table("esea_notice_link")
    op.drop_table("esea_notification_choice")
    op.drop_index(op.f("ix_esea_notice_subject_at"), table_name="esea_notice")
    op.drop_table("esea_notice")
    op.drop_table("esea_known_place")
    op.drop_index(op.f("ix_esea_identity_correction_subject"), table_name="esea_identity_correction")
    op.drop_table("esea_identity_correction")
    op.drop_table("esea_frozen_factor")
    op.drop_table("esea_favourite_service")
    op.drop_index(op.f("ix_esea_email_change_subject"), table_name="esea_email_change")
    op.drop_index(op.f("ix_esea_email_change_created_at"), table_name="esea_email_change")
    op.drop_table("esea_email_change")
    op.drop_index(op.f("ix_esea_account_closing_erased_at"), table_name="esea_account_closing")
    op.drop_index(op.f("ix_esea_account_closing_erase_at"), table_name="esea_account_closing")
    op.drop_table("esea_account_closing")
