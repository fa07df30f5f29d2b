"""External identities with their evidence, identities shown a moment ago, devices being added."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_auth_0002"
down_revision: str | Sequence[str] | None = "esea_auth_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "esea_enrolment",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("session_id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("mode", sa.String(length=60), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_enrolment")),
    )
    with op.batch_alter_table("esea_enrolment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_esea_enrolment_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_esea_enrolment_session_id"), ["session_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_esea_enrolment_subject"), ["subject"], unique=False)

    op.create_table(
        "esea_identity_link_request",
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("mode", sa.String(length=60), nullable=False),
        sa.Column("elsewhere", sa.String(length=36), nullable=True),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_esea_identity_link_request")),
    )
    with op.batch_alter_table("esea_identity_link_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_esea_identity_link_request_subject"), ["subject"], unique=False)

    op.create_table(
        "esea_pending_identity",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("cookie_digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_pending_identity")),
        sa.UniqueConstraint("cookie_digest", name=op.f("uq_esea_pending_identity_cookie_digest")),
    )
    with op.batch_alter_table("esea_pending_identity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_esea_pending_identity_ends_at"), ["ends_at"], unique=False)

    with op.batch_alter_table("esea_external_identity", schema=None) as batch_op:
        batch_op.add_column(sa.Column("label", sa.String(length=120), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("evidence", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("sealed_address", sa.Text(), nullable=False, server_default=""))
    # The defaults were for the rows there are.
    with op.batch_alter_table("esea_external_identity", schema=None) as batch_op:
        for name in ("label", "evidence", "sealed_address"):
            batch_op.alter_column(name, server_default=None)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("esea_external_identity", schema=None) as batch_op:
        batch_op.drop_column("sealed_address")
        batch_op.drop_column("last_used_at")
        batch_op.drop_column("evidence")
        batch_op.drop_column("label")

    with op.batch_alter_table("esea_pending_identity", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_esea_pending_identity_ends_at"))

    op.drop_table("esea_pending_identity")
    with op.batch_alter_table("esea_identity_link_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_esea_identity_link_request_subject"))

    op.drop_table("esea_identity_link_request")
    with op.batch_alter_table("esea_enrolment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_esea_enrolment_subject"))
        batch_op.drop_index(batch_op.f("ix_esea_enrolment_session_id"))
        batch_op.drop_index(batch_op.f("ix_esea_enrolment_ends_at"))

    op.drop_table("esea_enrolment")
