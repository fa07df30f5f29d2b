"""The Espace Pro."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "oru_espace_pro_0001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = ("oru_espace_pro",)
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "oru_directory_import",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("hidden", sa.Integer(), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=False),
        sa.Column("last_year", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oru_directory_import")),
    )
    op.create_index(op.f("ix_oru_directory_import_imported_at"), "oru_directory_import", ["imported_at"], unique=False)
    op.create_table(
        "oru_establishment",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("hosted_by", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("postcode", sa.String(length=5), nullable=False),
        sa.Column("town", sa.String(length=100), nullable=False),
        sa.Column("department", sa.String(length=3), nullable=False),
        sa.Column("department_name", sa.String(length=60), nullable=False),
        sa.Column("sector", sa.String(length=20), nullable=False),
        sa.Column("helismur", sa.Boolean(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("point_source", sa.String(length=60), nullable=False),
        sa.Column("finess", sa.String(length=9), nullable=False),
        sa.Column("finess_name", sa.String(length=200), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_oru_establishment")),
    )
    op.create_index(
        op.f("ix_oru_establishment_current_department"), "oru_establishment", ["current", "department"], unique=False
    )
    op.create_index(op.f("ix_oru_establishment_finess"), "oru_establishment", ["finess"], unique=False)
    op.create_table(
        "oru_member",
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_oru_member")),
    )
    op.create_table(
        "oru_registration",
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("first_name", sa.String(length=80), nullable=False),
        sa.Column("last_name", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("function", sa.String(length=60), nullable=False),
        sa.Column("function_other", sa.String(length=120), nullable=False),
        sa.Column("speciality", sa.String(length=60), nullable=False),
        sa.Column("profile", sa.String(length=60), nullable=False),
        sa.Column("complement", sa.Text(), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("terms_version", sa.String(length=40), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_oru_registration")),
    )
    op.create_index(op.f("ix_oru_registration_subject"), "oru_registration", ["subject"], unique=False)
    op.create_table(
        "oru_terms_acceptance",
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", "version", name=op.f("pk_oru_terms_acceptance")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("oru_terms_acceptance")
    op.drop_index(op.f("ix_oru_registration_subject"), table_name="oru_registration")
    op.drop_table("oru_registration")
    op.drop_table("oru_member")
    op.drop_index(op.f("ix_oru_establishment_finess"), table_name="oru_establishment")
    op.drop_index(op.f("ix_oru_establishment_current_department"), table_name="oru_establishment")
    op.drop_table("oru_establishment")
    op.drop_index(op.f("ix_oru_directory_import_imported_at"), table_name="oru_directory_import")
    op.drop_table("oru_directory_import")
