"""Telephone numbers of registrations: room for an extension, overseas numbers in the plan they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import sqlalchemy as sa
from alembic import op

from esea_auth_plugin.normalise.phones import BadPhone, normalise_phone

revision: str = "oru_espace_pro_0002"
down_revision: str | Sequence[str] | None = "oru_espace_pro_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLE = sa.table("oru_registration", sa.column("request_id"), sa.column("phone"))


def upgrade() -> None:
    """Widen the column, repair the numbers."""
    with op.batch_alter_table("oru_registration") as batch:
        batch.alter_column("phone", existing_type=sa.String(length=20), type_=sa.String(length=40))
    connection = op.get_bind()
    for row in connection.execute(sa.select(_TABLE)).all():
        with suppress(BadPhone):
            number = normalise_phone(row.phone)
            if number != row.phone:
                connection.execute(sa.update(_TABLE).where(_TABLE.c.request_id == row.request_id).values(phone=number))


def downgrade() -> None:
    """Cut the extensions off, narrow the column."""
    op.execute("UPDATE oru_registration SET phone = substr(phone, 1, 20)")
    with op.batch_alter_table("oru_registration") as batch:
        batch.alter_column("phone", existing_type=sa.String(length=40), type_=sa.String(length=20))
