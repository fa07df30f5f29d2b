"""Secrets that work once have the same columns in every table."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_auth_0017"
down_revision: str | Sequence[str] | None = "esea_auth_0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

#: (table, former name) of the unique hash.
_DIGESTS = (
    ("esea_enrolment_ticket", "cookie_digest"),
    ("esea_pending_identity", "cookie_digest"),
    ("esea_psc_way", "state_digest"),
)
#: Tables that did not tell a revoked secret from a used one.
_REPLACED = (
    "esea_card_ticket",
    "esea_enrolment_ticket",
    "esea_notice_link",
    "esea_pending_identity",
    "esea_psc_way",
)

#: (table, whether the end was indexed) of the tables that called it ``expires_at``.
_ENDS = (("esea_confirmation_token", True), ("esea_invitation", False))

#: Changes of an address: the former name of each column.
_CHANGE = {"cancel_digest": "digest", "cancel_ends_at": "ends_at", "cancelled_at": "used_at", "made_at": "created_at"}


def _rename_digest(table: str, former: str, name: str) -> None:
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(f"uq_{table}_{former}"), type_="unique")
        batch.alter_column(former, new_column_name=name)
    # On its own: a table that is copied loses the constraint on a column that gets its name by the same copy.
    with op.batch_alter_table(table) as batch:
        batch.create_unique_constraint(op.f(f"uq_{table}_{name}"), [name])


def upgrade() -> None:
    """Rename the columns and add those that lack."""
    for table, former in _DIGESTS:
        _rename_digest(table, former, "digest")
    for table, indexed in _ENDS:
        if indexed:
            op.drop_index(op.f(f"ix_{table}_expires_at"), table_name=table)
        op.alter_column(table, "expires_at", new_column_name="ends_at")
        op.create_index(op.f(f"ix_{table}_ends_at"), table, ["ends_at"])
    op.alter_column("esea_pending_identity", "taken_at", new_column_name="used_at")
    for table in _REPLACED:
        op.add_column(table, sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True))
    _upgrade_address_changes()


def _upgrade_address_changes() -> None:
    """An address that may not object gets a hash that no link has, and a link that is revoked."""
    table = "esea_address_change"
    op.add_column(table, sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True))
    names = ("id", "cancel_digest", "made_at", "replaced_at")
    rows = sa.table(table, *(sa.column(name) for name in names))
    barred = rows.update().where(rows.c.cancel_digest.is_(None))
    op.execute(barred.values(cancel_digest=rows.c.id, replaced_at=rows.c.made_at))
    op.drop_index(op.f(f"ix_{table}_cancel_ends_at"), table_name=table)
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(f"uq_{table}_cancel_digest"), type_="unique")
        for former, name in _CHANGE.items():
            batch.alter_column(former, new_column_name=name)
    with op.batch_alter_table(table) as batch:
        batch.alter_column("digest", existing_type=sa.String(64), nullable=False)
        batch.create_unique_constraint(op.f(f"uq_{table}_digest"), ["digest"])
    op.create_index(op.f(f"ix_{table}_ends_at"), table, ["ends_at"])


def _downgrade_address_changes() -> None:
    table = "esea_address_change"
    op.drop_index(op.f(f"ix_{table}_ends_at"), table_name=table)
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(f"uq_{table}_digest"), type_="unique")
        batch.alter_column("digest", existing_type=sa.String(64), nullable=True)
        for former, name in _CHANGE.items():
            batch.alter_column(name, new_column_name=former)
    rows = sa.table(table, sa.column("cancel_digest"), sa.column("replaced_at"))
    op.execute(rows.update().where(rows.c.replaced_at.is_not(None)).values(cancel_digest=None))
    with op.batch_alter_table(table) as batch:
        batch.drop_column("replaced_at")
        batch.create_unique_constraint(op.f(f"uq_{table}_cancel_digest"), ["cancel_digest"])
    op.create_index(op.f(f"ix_{table}_cancel_ends_at"), table, ["cancel_ends_at"])


def downgrade() -> None:
    """Take them back. What was revoked counts as used: it must not work again."""
    _downgrade_address_changes()
    for table in _REPLACED:
        rows = sa.table(table, sa.column("used_at"), sa.column("replaced_at"))
        op.execute(rows.update().where(rows.c.used_at.is_(None)).values(used_at=rows.c.replaced_at))
        with op.batch_alter_table(table) as batch:
            batch.drop_column("replaced_at")
    op.alter_column("esea_pending_identity", "used_at", new_column_name="taken_at")
    for table, indexed in _ENDS:
        op.drop_index(op.f(f"ix_{table}_ends_at"), table_name=table)
        op.alter_column(table, "ends_at", new_column_name="expires_at")
        if indexed:
            op.create_index(op.f(f"ix_{table}_expires_at"), table, ["expires_at"])
    for table, former in _DIGESTS:
        _rename_digest(table, "digest", former)
