"""A code of its own for each event of the audit trail, and marks on erased side rows.

Events that are sealed keep their seals, which verify as before. Those that wait for the sealer get their code here,
with the portal's keys: afterwards no event without a code is sealed, so nothing can be passed off as an old one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from esea_auth_plugin.foundation.audit import triggers

revision: str = "esea_foundation_0005"
down_revision: str | Sequence[str] | None = "esea_foundation_0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_MARK = "migration"


def upgrade() -> None:
    """Add the columns; give codes to what waits and marks to what was erased."""
    op.add_column("esea_audit_digest", sa.Column("origin", sa.String(16), server_default="", nullable=False))
    op.add_column("esea_audit_digest", sa.Column("mac", sa.String(120), server_default="", nullable=False))
    op.add_column("esea_audit_personal", sa.Column("erased_by", sa.String(36), server_default="", nullable=False))
    op.add_column("esea_audit_personal", sa.Column("erased_mac", sa.String(120), server_default="", nullable=False))
    connection = op.get_bind()
    waiting = connection.execute(
        sa.text(
            "SELECT d.event_id, d.at, d.digest FROM esea_audit_digest d"
            " LEFT JOIN esea_audit_seal s ON s.event_id = d.event_id WHERE s.number IS NULL"
        ).columns(sa.column("event_id", sa.String), sa.column("at", sa.DateTime), sa.column("digest", sa.String))
    ).all()
    emptied = connection.scalars(
        sa.text(
            "SELECT e.id FROM esea_audit_event e LEFT JOIN esea_audit_personal p ON p.event_id = e.id"
            " WHERE e.personal_digest <> '' AND p.event_id IS NULL"
        )
    ).all()
    if waiting or emptied:
        _use_keys(connection, waiting, emptied)


def downgrade() -> None:
    """Drop the columns; side rows that hold a mark only go."""
    op.execute("DELETE FROM esea_audit_personal WHERE sealed = ''")
    op.drop_column("esea_audit_personal", "erased_mac")
    op.drop_column("esea_audit_personal", "erased_by")
    op.drop_column("esea_audit_digest", "mac")
    op.drop_column("esea_audit_digest", "origin")


def _use_keys(connection: Any, waiting: Sequence[Any], emptied: Sequence[str]) -> None:
    from esea_auth_plugin.foundation.audit.keys import origin_of
    from esea_auth_plugin.interfaces import ISealer
    from esea_auth_plugin.services import find
    from esea_auth_plugin.settings import FoundationSettings

    config = op.get_context().config
    assert config is not None  # noqa: S101 - runner.upgrade gives it
    registry = config.attributes["registry"]
    sealer = find(registry, ISealer)
    origin = origin_of(find(registry, FoundationSettings).url)
    dialect = connection.dialect.name
    for line in triggers.drop_statements(dialect):
        op.execute(line)
    for event_id, at, digest in waiting:
        mac = sealer.authenticate(_list("event", origin, event_id, _moment(at), digest), purpose="audit.event")
        connection.execute(
            sa.text("UPDATE esea_audit_digest SET origin = :origin, mac = :mac WHERE event_id = :event_id"),
            {"origin": origin, "mac": mac, "event_id": event_id},
        )
    for event_id in emptied:
        mac = sealer.authenticate(_list("erasure", event_id, _MARK), purpose="audit.erasure")
        connection.execute(
            sa.text(
                "INSERT INTO esea_audit_personal (event_id, sealed, erased_by, erased_mac)"
                " VALUES (:event_id, '', :mark, :mac)"
            ),
            {"event_id": event_id, "mark": _MARK, "mac": mac},
        )
    for line in triggers.create_statements(dialect):
        connection.exec_driver_sql(line)


def _moment(at: datetime) -> str:
    aware = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return aware.isoformat(timespec="microseconds")


def _list(*parts: str) -> str:
    return json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
