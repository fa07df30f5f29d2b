"""Accounts, sign-up, sign-in and the catalogue."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_auth_0001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = ("esea_auth",)
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "esea_access_request",
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("motive", sa.Text(), nullable=False),
        sa.Column("terms_version", sa.String(length=40), nullable=False),
        sa.Column("terms_accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_esea_access_request")),
    )
    op.create_index("ix_esea_access_request_subject", "esea_access_request", ["subject", "service"], unique=False)
    op.create_table(
        "esea_account",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("identifier", sa.String(length=64), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_typed", sa.String(length=254), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("terms_version", sa.String(length=32), nullable=True),
        sa.Column("terms_accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_code_barred_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('pending', 'active', 'suspended', 'closed')", name=op.f("ck_esea_account_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_account")),
        sa.UniqueConstraint("email", name=op.f("uq_esea_account_email")),
        sa.UniqueConstraint("identifier", name=op.f("uq_esea_account_identifier")),
        sa.UniqueConstraint("subject", name=op.f("uq_esea_account_subject")),
    )
    op.create_index(op.f("ix_esea_account_state_created_at"), "esea_account", ["state", "created_at"], unique=False)
    op.create_table(
        "esea_grant",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=True),
        sa.Column("given_by", sa.String(length=36), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_grant")),
    )
    op.create_index("ix_esea_grant_request", "esea_grant", ["request_id"], unique=False)
    op.create_index(
        "uq_esea_grant_live",
        "esea_grant",
        ["subject", "service"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "esea_identifier_reservation",
        sa.Column("identifier", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("holder", sa.String(length=36), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("identifier", name=op.f("pk_esea_identifier_reservation")),
    )
    op.create_index(
        op.f("ix_esea_identifier_reservation_holder"), "esea_identifier_reservation", ["holder"], unique=False
    )
    op.create_table(
        "esea_invitation",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("invited_by", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_invitation")),
        sa.UniqueConstraint("digest", name=op.f("uq_esea_invitation_digest")),
    )
    op.create_index(op.f("ix_esea_invitation_subject"), "esea_invitation", ["subject"], unique=False)
    op.create_table(
        "esea_known_browser",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("cookie_digest", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_known_browser")),
        sa.UniqueConstraint("cookie_digest", "subject", name=op.f("uq_esea_known_browser_cookie_digest_subject")),
    )
    op.create_index(op.f("ix_esea_known_browser_subject"), "esea_known_browser", ["subject"], unique=False)
    op.create_table(
        "esea_lost_mailbox",
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=True),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_esea_lost_mailbox")),
    )
    op.create_table(
        "esea_mail_code",
        sa.Column("sign_in", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("code_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("former_digest", sa.String(length=64), nullable=False),
        sa.Column("former_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("sign_in", name=op.f("pk_esea_mail_code")),
    )
    op.create_index(op.f("ix_esea_mail_code_subject"), "esea_mail_code", ["subject"], unique=False)
    op.create_table(
        "esea_parked_form",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("cookie_digest", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_parked_form")),
        sa.UniqueConstraint("cookie_digest", name=op.f("uq_esea_parked_form_cookie_digest")),
    )
    op.create_index(op.f("ix_esea_parked_form_ends_at"), "esea_parked_form", ["ends_at"], unique=False)
    op.create_table(
        "esea_password",
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_esea_password")),
    )
    op.create_table(
        "esea_password_reset",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("sealed_email", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("factor_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_password_reset")),
        sa.UniqueConstraint("digest", name=op.f("uq_esea_password_reset_digest")),
    )
    op.create_index(op.f("ix_esea_password_reset_ends_at"), "esea_password_reset", ["ends_at"], unique=False)
    op.create_index(op.f("ix_esea_password_reset_subject"), "esea_password_reset", ["subject"], unique=False)
    op.create_table(
        "esea_role",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_by", sa.String(length=60), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_role")),
        sa.UniqueConstraint("subject", "role", "scope", name=op.f("uq_esea_role_subject_role_scope")),
    )
    op.create_index(op.f("ix_esea_role_role"), "esea_role", ["role"], unique=False)
    op.create_table(
        "esea_sign_in",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("cookie_digest", sa.String(length=64), nullable=False),
        sa.Column("service", sa.String(length=60), nullable=False),
        sa.Column("return_path", sa.Text(), nullable=False),
        sa.Column("recent", sa.Boolean(), nullable=False),
        sa.Column("mode", sa.String(length=60), nullable=False),
        sa.Column("stages", sa.JSON(), nullable=False),
        sa.Column("stage", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=True),
        sa.Column("proofs", sa.JSON(), nullable=False),
        sa.Column("session_id", sa.String(length=36), nullable=True),
        sa.Column("reset_id", sa.String(length=36), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_sign_in")),
        sa.UniqueConstraint("cookie_digest", name=op.f("uq_esea_sign_in_cookie_digest")),
    )
    op.create_index(op.f("ix_esea_sign_in_ends_at"), "esea_sign_in", ["ends_at"], unique=False)
    op.create_index(op.f("ix_esea_sign_in_subject"), "esea_sign_in", ["subject"], unique=False)
    op.create_table(
        "esea_sign_up",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("answers", sa.Text(), nullable=True),
        sa.Column("email_digest", sa.String(length=64), nullable=False),
        sa.Column("rpps_digest", sa.String(length=64), nullable=True),
        sa.Column("person_digest", sa.String(length=64), nullable=True),
        sa.Column("identifier", sa.String(length=64), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("services", sa.Text(), nullable=False),
        sa.Column("services_kept", sa.Text(), nullable=False),
        sa.Column("terms_version", sa.String(length=32), nullable=False),
        sa.Column("terms_accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duplicates_settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("follow_digest", sa.String(length=64), nullable=False),
        sa.Column("resume_digest", sa.String(length=64), nullable=True),
        sa.Column("resume_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject", sa.String(length=36), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_sign_up")),
        sa.UniqueConstraint("follow_digest", name=op.f("uq_esea_sign_up_follow_digest")),
        sa.UniqueConstraint("reference", name=op.f("uq_esea_sign_up_reference")),
        sa.UniqueConstraint("resume_digest", name=op.f("uq_esea_sign_up_resume_digest")),
    )
    op.create_index(op.f("ix_esea_sign_up_created_at"), "esea_sign_up", ["created_at"], unique=False)
    op.create_index(
        op.f("ix_esea_sign_up_email_digest_created_at"), "esea_sign_up", ["email_digest", "created_at"], unique=False
    )
    op.create_index(op.f("ix_esea_sign_up_ended_at"), "esea_sign_up", ["ended_at"], unique=False)
    op.create_index(op.f("ix_esea_sign_up_person_digest"), "esea_sign_up", ["person_digest"], unique=False)
    op.create_index(op.f("ix_esea_sign_up_rpps_digest"), "esea_sign_up", ["rpps_digest"], unique=False)
    op.create_index(op.f("ix_esea_sign_up_subject"), "esea_sign_up", ["subject"], unique=False)
    op.create_table(
        "esea_sign_up_draft",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("cookie_digest", sa.String(length=64), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("completes", sa.String(length=36), nullable=True),
        sa.Column("sent_as", sa.String(length=36), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_sign_up_draft")),
        sa.UniqueConstraint("cookie_digest", name=op.f("uq_esea_sign_up_draft_cookie_digest")),
    )
    op.create_index(op.f("ix_esea_sign_up_draft_expires_at"), "esea_sign_up_draft", ["expires_at"], unique=False)
    op.create_table(
        "esea_confirmation_token",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("sign_up_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["sign_up_id"],
            ["esea_sign_up.id"],
            name=op.f("fk_esea_confirmation_token_sign_up_id_esea_sign_up"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_confirmation_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_esea_confirmation_token_digest")),
    )
    op.create_index(
        op.f("ix_esea_confirmation_token_expires_at"), "esea_confirmation_token", ["expires_at"], unique=False
    )
    op.create_index(
        op.f("ix_esea_confirmation_token_sign_up_id"), "esea_confirmation_token", ["sign_up_id"], unique=False
    )
    op.create_index(op.f("ix_esea_confirmation_token_subject"), "esea_confirmation_token", ["subject"], unique=False)
    op.create_table(
        "esea_external_identity",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["esea_account.id"],
            name=op.f("fk_esea_external_identity_account_id_esea_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_external_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_esea_external_identity_issuer_subject")),
    )
    op.create_index(
        op.f("ix_esea_external_identity_account_id"), "esea_external_identity", ["account_id"], unique=False
    )
    op.create_table(
        "esea_identity_attribute",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["esea_account.id"],
            name=op.f("fk_esea_identity_attribute_account_id_esea_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_identity_attribute")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_esea_identity_attribute_account_id_name")),
    )
    op.create_index(
        op.f("ix_esea_identity_attribute_name_digest"), "esea_identity_attribute", ["name", "digest"], unique=False
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_esea_identity_attribute_name_digest"), table_name="esea_identity_attribute")
    op.drop_table("esea_identity_attribute")
    op.drop_index(op.f("ix_esea_external_identity_account_id"), table_name="esea_external_identity")
    op.drop_table("esea_external_identity")
    op.drop_index(op.f("ix_esea_confirmation_token_subject"), table_name="esea_confirmation_token")
    op.drop_index(op.f("ix_esea_confirmation_token_sign_up_id"), table_name="esea_confirmation_token")
    op.drop_index(op.f("ix_esea_confirmation_token_expires_at"), table_name="esea_confirmation_token")
    op.drop_table("esea_confirmation_token")
    op.drop_index(op.f("ix_esea_sign_up_draft_expires_at"), table_name="esea_sign_up_draft")
    op.drop_table("esea_sign_up_draft")
    op.drop_index(op.f("ix_esea_sign_up_subject"), table_name="esea_sign_up")
    op.drop_index(op.f("ix_esea_sign_up_rpps_digest"), table_name="esea_sign_up")
    op.drop_index(op.f("ix_esea_sign_up_person_digest"), table_name="esea_sign_up")
    op.drop_index(op.f("ix_esea_sign_up_ended_at"), table_name="esea_sign_up")
    op.drop_index(op.f("ix_esea_sign_up_email_digest_created_at"), table_name="esea_sign_up")
    op.drop_index(op.f("ix_esea_sign_up_created_at"), table_name="esea_sign_up")
    op.drop_table("esea_sign_up")
    op.drop_index(op.f("ix_esea_sign_in_subject"), table_name="esea_sign_in")
    op.drop_index(op.f("ix_esea_sign_in_ends_at"), table_name="esea_sign_in")
    op.drop_table("esea_sign_in")
    op.drop_index(op.f("ix_esea_role_role"), table_name="esea_role")
    op.drop_table("esea_role")
    op.drop_index(op.f("ix_esea_password_reset_subject"), table_name="esea_password_reset")
    op.drop_index(op.f("ix_esea_password_reset_ends_at"), table_name="esea_password_reset")
    op.drop_table("esea_password_reset")
    op.drop_table("esea_password")
    op.drop_index(op.f("ix_esea_parked_form_ends_at"), table_name="esea_parked_form")
    op.drop_table("esea_parked_form")
    op.drop_index(op.f("ix_esea_mail_code_subject"), table_name="esea_mail_code")
    op.drop_table("esea_mail_code")
    op.drop_table("esea_lost_mailbox")
    op.drop_index(op.f("ix_esea_known_browser_subject"), table_name="esea_known_browser")
    op.drop_table("esea_known_browser")
    op.drop_index(op.f("ix_esea_invitation_subject"), table_name="esea_invitation")
    op.drop_table("esea_invitation")
    op.drop_index(op.f("ix_esea_identifier_reservation_holder"), table_name="esea_identifier_reservation")
    op.drop_table("esea_identifier_reservation")
    op.drop_index(
        "uq_esea_grant_live",
        table_name="esea_grant",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index("ix_esea_grant_request", table_name="esea_grant")
    op.drop_table("esea_grant")
    op.drop_index(op.f("ix_esea_account_state_created_at"), table_name="esea_account")
    op.drop_table("esea_account")
    op.drop_index("ix_esea_access_request_subject", table_name="esea_access_request")
    op.drop_table("esea_access_request")
