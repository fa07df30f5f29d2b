"""Pro Santé Connect: ways, identifiers, sessions, e-CPS requests, cases of the support; rights that wait for one."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_auth_0005"
down_revision: str | Sequence[str] | None = "esea_auth_0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "esea_ecps_request",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("attempt", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("number", sa.String(length=2), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("interval", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_ecps_request")),
        sa.UniqueConstraint("attempt", name=op.f("uq_esea_ecps_request_attempt")),
    )
    with op.batch_alter_table("esea_ecps_request", schema=None) as batch_op:
        batch_op.create_index("ix_esea_ecps_request_due", ["state", "next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_esea_ecps_request_ends_at"), ["ends_at"], unique=False)

    op.create_table(
        "esea_grant_hold",
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_esea_grant_hold")),
    )
    with op.batch_alter_table("esea_grant_hold", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_esea_grant_hold_subject"), ["subject"], unique=False)

    op.create_table(
        "esea_psc_case",
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("accounts", sa.JSON(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_esea_psc_case")),
    )
    with op.batch_alter_table("esea_psc_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_esea_psc_case_key"), ["key"], unique=False)

    op.create_table(
        "esea_psc_identifier",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("origin", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_psc_identifier")),
        sa.UniqueConstraint("issuer", "origin", "value", name=op.f("uq_esea_psc_identifier_issuer_origin_value")),
    )
    with op.batch_alter_table("esea_psc_identifier", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_esea_psc_identifier_subject"), ["subject"], unique=False)

    op.create_table(
        "esea_psc_logout",
        sa.Column("jti_digest", sa.String(length=64), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("jti_digest", name=op.f("pk_esea_psc_logout")),
    )
    with op.batch_alter_table("esea_psc_logout", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_esea_psc_logout_ends_at"), ["ends_at"], unique=False)

    op.create_table(
        "esea_psc_session",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=True),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("sub", sa.String(length=255), nullable=False),
        sa.Column("sid", sa.String(length=255), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticket_digest", sa.String(length=64), nullable=True),
        sa.Column("ticket_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_psc_session")),
        sa.UniqueConstraint("ticket_digest", name=op.f("uq_esea_psc_session_ticket_digest")),
    )
    with op.batch_alter_table("esea_psc_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_esea_psc_session_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index("ix_esea_psc_session_sid", ["issuer", "sid"], unique=False)
        batch_op.create_index("ix_esea_psc_session_sub", ["issuer", "sub"], unique=False)
        batch_op.create_index(batch_op.f("ix_esea_psc_session_subject"), ["subject"], unique=False)

    op.create_table(
        "esea_psc_way",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("attempt", sa.String(length=36), nullable=False),
        sa.Column("state_digest", sa.String(length=64), nullable=False),
        sa.Column("set_out_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_psc_way")),
        sa.UniqueConstraint("state_digest", name=op.f("uq_esea_psc_way_state_digest")),
    )
    with op.batch_alter_table("esea_psc_way", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_esea_psc_way_ends_at"), ["ends_at"], unique=False)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("esea_psc_way", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_esea_psc_way_ends_at"))

    op.drop_table("esea_psc_way")
    with op.batch_alter_table("esea_psc_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_esea_psc_session_subject"))
        batch_op.drop_index("ix_esea_psc_session_sub")
        batch_op.drop_index("ix_esea_psc_session_sid")
        batch_op.drop_index(batch_op.f("ix_esea_psc_session_ends_at"))

    op.drop_table("esea_psc_session")
    with op.batch_alter_table("esea_psc_logout", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_esea_psc_logout_ends_at"))

    op.drop_table("esea_psc_logout")
    with op.batch_alter_table("esea_psc_identifier", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_esea_psc_identifier_subject"))

    op.drop_table("esea_psc_identifier")
    with op.batch_alter_table("esea_psc_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_esea_psc_case_key"))

    op.drop_table("esea_psc_case")
    with op.batch_alter_table("esea_grant_hold", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_esea_grant_hold_subject"))

    op.drop_table("esea_grant_hold")
    with op.batch_alter_table("esea_ecps_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_esea_ecps_request_ends_at"))
        batch_op.drop_index("ix_esea_ecps_request_due")

    op.drop_table("esea_ecps_request")
