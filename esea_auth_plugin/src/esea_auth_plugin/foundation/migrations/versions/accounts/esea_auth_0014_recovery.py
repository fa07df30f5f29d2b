"""Every change of an address can be objected to; roles are suspended after a recovery; the other factor is waived."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_auth_0014"
down_revision: str | Sequence[str] | None = "esea_auth_0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, move what was changed and may still be objected to, add the columns."""
    op.create_table(
        "esea_address_change",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=True),
        sa.Column("sealed_former", sa.Text(), nullable=False),
        sa.Column("sealed_new", sa.Text(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("cancel_digest", sa.String(length=64), nullable=True),
        sa.Column("cancel_ends_at", _MOMENT, nullable=False),
        sa.Column("cancelled_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_address_change")),
        sa.UniqueConstraint("cancel_digest", name=op.f("uq_esea_address_change_cancel_digest")),
    )
    op.create_index(op.f("ix_esea_address_change_subject"), "esea_address_change", ["subject"])
    op.create_index(op.f("ix_esea_address_change_cancel_ends_at"), "esea_address_change", ["cancel_ends_at"])
    op.execute(
        "INSERT INTO esea_address_change (id, subject, by, sealed_former, sealed_new, made_at, cancel_digest, "
        "cancel_ends_at, cancelled_at) SELECT id, subject, subject, sealed_former, sealed_new, made_at, cancel_digest, "
        "cancel_ends_at, cancelled_at FROM esea_email_change WHERE made_at IS NOT NULL AND cancel_ends_at IS NOT NULL"
    )
    # What waits for its code lives ten minutes: it is asked for again.
    op.execute("DELETE FROM esea_email_change")
    with op.batch_alter_table("esea_email_change") as batch:
        batch.drop_constraint(op.f("uq_esea_email_change_cancel_digest"), type_="unique")
        for name in ("made_at", "cancel_digest", "cancel_ends_at", "cancelled_at"):
            batch.drop_column(name)
    op.create_table(
        "esea_role_suspension",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=True),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("restored_at", _MOMENT, nullable=True),
        sa.Column("restored_by", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_role_suspension")),
    )
    op.create_index(op.f("ix_esea_role_suspension_subject"), "esea_role_suspension", ["subject"])
    op.create_table(
        "esea_request_origin",
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("known_to", sa.JSON(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_esea_request_origin")),
    )
    op.create_table(
        "esea_recent_address",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_recent_address")),
        sa.UniqueConstraint("subject", "address", name=op.f("uq_esea_recent_address_subject_address")),
    )
    for name in ("address", "seen_at"):
        op.create_index(op.f(f"ix_esea_recent_address_{name}"), "esea_recent_address", [name])
    op.create_table(
        "esea_account_act",
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=254), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_esea_account_act")),
    )
    for name in ("factor_is_strong", "factor_waived"):
        op.add_column("esea_password_reset", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("esea_password_reset", sa.Column("request_id", sa.String(length=36), nullable=True))


def downgrade() -> None:
    """Take them back; changes that may still be objected to are kept."""
    with op.batch_alter_table("esea_password_reset") as batch:
        for name in ("request_id", "factor_waived", "factor_is_strong"):
            batch.drop_column(name)
    op.drop_table("esea_account_act")
    for name in ("seen_at", "address"):
        op.drop_index(op.f(f"ix_esea_recent_address_{name}"), table_name="esea_recent_address")
    op.drop_table("esea_recent_address")
    op.drop_table("esea_request_origin")
    op.drop_index(op.f("ix_esea_role_suspension_subject"), table_name="esea_role_suspension")
    op.drop_table("esea_role_suspension")
    op.execute("DELETE FROM esea_email_change")
    with op.batch_alter_table("esea_email_change") as batch:
        batch.add_column(sa.Column("made_at", _MOMENT, nullable=True))
        batch.add_column(sa.Column("cancel_digest", sa.String(length=64), nullable=True))
        batch.add_column(sa.Column("cancel_ends_at", _MOMENT, nullable=True))
        batch.add_column(sa.Column("cancelled_at", _MOMENT, nullable=True))
        batch.create_unique_constraint(op.f("uq_esea_email_change_cancel_digest"), ["cancel_digest"])
    op.execute(
        "INSERT INTO esea_email_change (id, subject, sealed_former, sealed_new, code_digest, tries, created_at, "
        "code_ends_at, made_at, cancel_digest, cancel_ends_at, cancelled_at) SELECT id, subject, sealed_former, "
        "sealed_new, '', 0, made_at, made_at, made_at, cancel_digest, cancel_ends_at, cancelled_at "
        "FROM esea_address_change"
    )
    op.drop_index(op.f("ix_esea_address_change_cancel_ends_at"), table_name="esea_address_change")
    op.drop_index(op.f("ix_esea_address_change_subject"), table_name="esea_address_change")
    op.drop_table("esea_address_change")
