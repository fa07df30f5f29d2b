"""Seals of the audit trail have a number above zero: no other one has a place in the chain.

Rows that break the rule are evidence and stay: ``audit verify`` reports them. If there are any, PostgreSQL checks new
rows only; SQLite can't do that, so such a table is left without the check.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from esea_auth_plugin.foundation.audit import triggers

revision: str = "esea_foundation_0007"
down_revision: str | Sequence[str] | None = "esea_foundation_0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NAME = "ck_esea_audit_seal_number"


def upgrade() -> None:
    """Add the check."""
    connection = op.get_bind()
    evidence = bool(connection.scalar(sa.text("SELECT count(*) FROM esea_audit_seal WHERE number < 1")))
    if connection.dialect.name == "postgresql":
        op.create_check_constraint(op.f(_NAME), "esea_audit_seal", "number > 0", postgresql_not_valid=evidence)
    elif not evidence:
        _rebuild(add=True)


def downgrade() -> None:
    """Drop the check."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.drop_constraint(op.f(_NAME), "esea_audit_seal", type_="check")
    elif _NAME in (connection.scalar(sa.text("SELECT sql FROM sqlite_master WHERE name = 'esea_audit_seal'")) or ""):
        _rebuild(add=False)


def _rebuild(*, add: bool) -> None:
    """Copy the table, as SQLite needs it; its triggers go with the former one."""
    for line in triggers.drop_statements("sqlite"):
        op.execute(line)
    with op.batch_alter_table("esea_audit_seal", recreate="always") as table:
        if add:
            table.create_check_constraint(op.f(_NAME), "number > 0")
        else:
            table.drop_constraint(op.f(_NAME), type_="check")
    for line in triggers.create_statements("sqlite"):
        op.get_bind().exec_driver_sql(line)
