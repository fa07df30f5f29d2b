"""Authenticator applications, recovery codes, and the way back of who lost everything."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_auth_0004"
down_revision: str | Sequence[str] | None = "esea_auth_0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "esea_enrolment_link",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_enrolment_link")),
        sa.UniqueConstraint("digest", name=op.f("uq_esea_enrolment_link_digest")),
    )
    op.create_index(op.f("ix_esea_enrolment_link_ends_at"), "esea_enrolment_link", ["ends_at"], unique=False)
    op.create_index(op.f("ix_esea_enrolment_link_subject"), "esea_enrolment_link", ["subject"], unique=False)

    op.create_table(
        "esea_enrolment_ticket",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("cookie_digest", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_enrolment_ticket")),
        sa.UniqueConstraint("cookie_digest", name=op.f("uq_esea_enrolment_ticket_cookie_digest")),
    )
    op.create_index(op.f("ix_esea_enrolment_ticket_ends_at"), "esea_enrolment_ticket", ["ends_at"], unique=False)
    op.create_index(op.f("ix_esea_enrolment_ticket_subject"), "esea_enrolment_ticket", ["subject"], unique=False)

    op.create_table(
        "esea_lost_everything",
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=True),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_esea_lost_everything")),
    )
    op.create_table(
        "esea_recovery_sheet",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("memory_kib", sa.Integer(), nullable=False),
        sa.Column("passes", sa.Integer(), nullable=False),
        sa.Column("lanes", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_recovery_sheet")),
        sa.UniqueConstraint("subject", name=op.f("uq_esea_recovery_sheet_subject")),
    )
    op.create_table(
        "esea_sign_in_tries",
        sa.Column("sign_in", sa.String(length=36), nullable=False),
        sa.Column("mode", sa.String(length=60), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sign_in", "mode", name=op.f("pk_esea_sign_in_tries")),
    )
    op.create_table(
        "esea_totp",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("drift", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_address", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_totp")),
    )
    op.create_index(op.f("ix_esea_totp_subject"), "esea_totp", ["subject"], unique=False)

    op.create_table(
        "esea_recovery_code",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("sheet_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["sheet_id"],
            ["esea_recovery_sheet.id"],
            name=op.f("fk_esea_recovery_code_sheet_id_esea_recovery_sheet"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_recovery_code")),
        sa.UniqueConstraint("sheet_id", "digest", name=op.f("uq_esea_recovery_code_sheet_id_digest")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("esea_recovery_code")
    op.drop_index(op.f("ix_esea_totp_subject"), table_name="esea_totp")

    op.drop_table("esea_totp")
    op.drop_table("esea_sign_in_tries")
    op.drop_table("esea_recovery_sheet")
    op.drop_table("esea_lost_everything")
    op.drop_index(op.f("ix_esea_enrolment_ticket_subject"), table_name="esea_enrolment_ticket")
    op.drop_index(op.f("ix_esea_enrolment_ticket_ends_at"), table_name="esea_enrolment_ticket")

    op.drop_table("esea_enrolment_ticket")
    op.drop_index(op.f("ix_esea_enrolment_link_subject"), table_name="esea_enrolment_link")
    op.drop_index(op.f("ix_esea_enrolment_link_ends_at"), table_name="esea_enrolment_link")

    op.drop_table("esea_enrolment_link")
