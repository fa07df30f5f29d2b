"""The tables that every portal has."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "esea_foundation_0001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = ("esea_foundation",)
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the tables, and what guards them."""
    op.create_table(
        "esea_audit_digest",
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_esea_audit_digest")),
    )
    op.create_index(op.f("ix_esea_audit_digest_at"), "esea_audit_digest", ["at"], unique=False)
    op.create_table(
        "esea_audit_event",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=True),
        sa.Column("target", sa.String(length=64), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("personal_digest", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_audit_event")),
    )
    op.create_index(op.f("ix_esea_audit_event_action_at"), "esea_audit_event", ["action", "at"], unique=False)
    op.create_index(op.f("ix_esea_audit_event_actor_at"), "esea_audit_event", ["actor", "at"], unique=False)
    op.create_index(op.f("ix_esea_audit_event_at"), "esea_audit_event", ["at"], unique=False)
    op.create_index(op.f("ix_esea_audit_event_target_at"), "esea_audit_event", ["target", "at"], unique=False)
    op.create_table(
        "esea_delivery",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_delivery")),
    )
    op.create_index(op.f("ix_esea_delivery_created_at"), "esea_delivery", ["created_at"], unique=False)
    op.create_index(op.f("ix_esea_delivery_state_next_at"), "esea_delivery", ["state", "next_at"], unique=False)
    op.create_table(
        "esea_job",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_failure_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_esea_job")),
    )
    op.create_table(
        "esea_request",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("sort_title", sa.String(length=200), nullable=False),
        sa.Column("search_text", sa.String(length=800), nullable=False),
        sa.Column("author", sa.String(length=36), nullable=True),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("assignee", sa.String(length=36), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("more_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=36), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_request")),
        sa.UniqueConstraint("reference", name=op.f("uq_esea_request_reference")),
    )
    op.create_index("ix_esea_request_author", "esea_request", ["author", "created_at"], unique=False)
    op.create_index("ix_esea_request_queue", "esea_request", ["kind", "state", "created_at", "id"], unique=False)
    op.create_index("ix_esea_request_queue_title", "esea_request", ["kind", "state", "sort_title", "id"], unique=False)
    op.create_index(
        "uq_esea_request_undecided",
        "esea_request",
        ["author", "kind", "topic"],
        unique=True,
        sqlite_where=sa.text("author IS NOT NULL AND state IN ('open', 'more_asked')"),
        postgresql_where=sa.text("author IS NOT NULL AND state IN ('open', 'more_asked')"),
    )
    op.create_table(
        "esea_session",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("cookie_digest", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("proofs", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        sa.Column("sealed_address", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_session")),
        sa.UniqueConstraint("cookie_digest", name=op.f("uq_esea_session_cookie_digest")),
    )
    op.create_index(op.f("ix_esea_session_ends_at"), "esea_session", ["ends_at"], unique=False)
    op.create_index(op.f("ix_esea_session_subject"), "esea_session", ["subject"], unique=False)
    op.create_table(
        "esea_throttle_window",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("bucket", sa.String(length=80), nullable=False),
        sa.Column("ceiling", sa.Integer(), nullable=False),
        sa.Column("span_ms", sa.BigInteger(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("previous_start_ms", sa.BigInteger(), nullable=False),
        sa.Column("previous_count", sa.Integer(), nullable=False),
        sa.Column("previous_last_ms", sa.BigInteger(), nullable=False),
        sa.Column("ends_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_esea_throttle_window")),
    )
    op.create_index(op.f("ix_esea_throttle_window_ends_ms"), "esea_throttle_window", ["ends_ms"], unique=False)
    op.create_table(
        "esea_audit_personal",
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["esea_audit_event.id"],
            name=op.f("fk_esea_audit_personal_event_id_esea_audit_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_esea_audit_personal")),
    )
    op.create_table(
        "esea_audit_seal",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["esea_audit_digest.event_id"], name=op.f("fk_esea_audit_seal_event_id_esea_audit_digest")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_esea_audit_seal")),
        sa.UniqueConstraint("event_id", name=op.f("uq_esea_audit_seal_event_id")),
    )
    op.create_table(
        "esea_request_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["esea_request.id"],
            name=op.f("fk_esea_request_comment_request_id_esea_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esea_request_comment")),
    )
    op.create_index("ix_esea_request_comment_request", "esea_request_comment", ["request_id", "id"], unique=False)
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        bind.exec_driver_sql(
            """
            CREATE TRIGGER esea_audit_digest_no_update BEFORE UPDATE ON esea_audit_digest
            BEGIN SELECT RAISE(ABORT, 'append-only: esea_audit_digest refuses UPDATE'); END
            """
        )
        bind.exec_driver_sql(
            """
            CREATE TRIGGER esea_audit_digest_no_delete BEFORE DELETE ON esea_audit_digest
            BEGIN SELECT RAISE(ABORT, 'append-only: esea_audit_digest refuses DELETE'); END
            """
        )
        bind.exec_driver_sql(
            """
            CREATE TRIGGER esea_audit_digest_no_replace BEFORE INSERT ON esea_audit_digest
            WHEN EXISTS (SELECT 1 FROM esea_audit_digest WHERE event_id = NEW.event_id)
            BEGIN SELECT RAISE(ABORT, 'append-only: esea_audit_digest refuses to replace'); END
            """
        )
        bind.exec_driver_sql(
            """
            CREATE TRIGGER esea_audit_seal_no_update BEFORE UPDATE ON esea_audit_seal
            BEGIN SELECT RAISE(ABORT, 'append-only: esea_audit_seal refuses UPDATE'); END
            """
        )
        bind.exec_driver_sql(
            """
            CREATE TRIGGER esea_audit_seal_no_delete BEFORE DELETE ON esea_audit_seal
            BEGIN SELECT RAISE(ABORT, 'append-only: esea_audit_seal refuses DELETE'); END
            """
        )
        bind.exec_driver_sql(
            """
            CREATE TRIGGER esea_audit_seal_no_replace BEFORE INSERT ON esea_audit_seal
            WHEN EXISTS (SELECT 1 FROM esea_audit_seal WHERE number = NEW.number)
            BEGIN SELECT RAISE(ABORT, 'append-only: esea_audit_seal refuses to replace'); END
            """
        )
        bind.exec_driver_sql(
            """
            CREATE TRIGGER esea_audit_event_no_update BEFORE UPDATE ON esea_audit_event
            BEGIN SELECT RAISE(ABORT, 'append-only: esea_audit_event refuses UPDATE'); END
            """
        )
        bind.exec_driver_sql(
            """
            CREATE TRIGGER esea_audit_event_no_replace BEFORE INSERT ON esea_audit_event
            WHEN EXISTS (SELECT 1 FROM esea_audit_event WHERE id = NEW.id)
            BEGIN SELECT RAISE(ABORT, 'append-only: esea_audit_event refuses to replace'); END
            """
        )
    elif bind.dialect.name == "postgresql":
        bind.exec_driver_sql(
            """
            CREATE OR REPLACE FUNCTION esea_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              RAISE EXCEPTION USING MESSAGE = 'append-only: ' || TG_TABLE_NAME || ' refuses ' || TG_OP;
            END $$
            """
        )
        bind.exec_driver_sql(
            """
            CREATE TRIGGER esea_audit_digest_no_update BEFORE UPDATE ON esea_audit_digest
            FOR EACH ROW EXECUTE FUNCTION esea_audit_refuse()
            """
        )
        bind.exec_driver_sql(
            """
            CREATE TRIGGER esea_audit_digest_no_delete BEFORE DELETE ON esea_audit_digest
            FOR EACH ROW EXECUTE FUNCTION esea_audit_refuse()
            """
        )
        bind.exec_driver_sql(
            """
            CREATE TRIGGER esea_audit_digest_no_truncate BEFORE TRUNCATE ON esea_audit_digest
            FOR EACH STATEMENT EXECUTE FUNCTION esea_audit_refuse()
            """
        )
        bind.exec_driver_sql(
            """
            CREATE TRIGGER esea_audit_seal_no_update BEFORE UPDATE ON esea_audit_seal
            FOR EACH ROW EXECUTE FUNCTION esea_audit_refuse()
            """
        )
        bind.exec_driver_sql(
            """
            CREATE TRIGGER esea_audit_seal_no_delete BEFORE DELETE ON esea_audit_seal
            FOR EACH ROW EXECUTE FUNCTION esea_audit_refuse()
            """
        )
        bind.exec_driver_sql(
            """
            CREATE TRIGGER esea_audit_seal_no_truncate BEFORE TRUNCATE ON esea_audit_seal
            FOR EACH STATEMENT EXECUTE FUNCTION esea_audit_refuse()
            """
        )
        bind.exec_driver_sql(
            """
            CREATE TRIGGER esea_audit_event_no_update BEFORE UPDATE ON esea_audit_event
            FOR EACH ROW EXECUTE FUNCTION esea_audit_refuse()
            """
        )


def downgrade() -> None:
    """Drop them."""
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        bind.exec_driver_sql("DROP TRIGGER IF EXISTS esea_audit_digest_no_update")
        bind.exec_driver_sql("DROP TRIGGER IF EXISTS esea_audit_digest_no_delete")
        bind.exec_driver_sql("DROP TRIGGER IF EXISTS esea_audit_digest_no_replace")
        bind.exec_driver_sql("DROP TRIGGER IF EXISTS esea_audit_seal_no_update")
        bind.exec_driver_sql("DROP TRIGGER IF EXISTS esea_audit_seal_no_delete")
        bind.exec_driver_sql("DROP TRIGGER IF EXISTS esea_audit_seal_no_replace")
        bind.exec_driver_sql("DROP TRIGGER IF EXISTS esea_audit_event_no_update")
        bind.exec_driver_sql("DROP TRIGGER IF EXISTS esea_audit_event_no_replace")
    elif bind.dialect.name == "postgresql":
        bind.exec_driver_sql("DROP TRIGGER IF EXISTS esea_audit_digest_no_update ON esea_audit_digest")
        bind.exec_driver_sql("DROP TRIGGER IF EXISTS esea_audit_digest_no_delete ON esea_audit_digest")
        bind.exec_driver_sql("DROP TRIGGER IF EXISTS esea_audit_digest_no_truncate ON esea_audit_digest")
        bind.exec_driver_sql("DROP TRIGGER IF EXISTS esea_audit_seal_no_update ON esea_audit_seal")
        bind.exec_driver_sql("DROP TRIGGER IF EXISTS esea_audit_seal_no_delete ON esea_audit_seal")
        bind.exec_driver_sql("DROP TRIGGER IF EXISTS esea_audit_seal_no_truncate ON esea_audit_seal")
        bind.exec_driver_sql("DROP TRIGGER IF EXISTS esea_audit_event_no_update ON esea_audit_event")
        bind.exec_driver_sql("DROP FUNCTION IF EXISTS esea_audit_refuse()")
    op.drop_index("ix_esea_request_comment_request", table_name="esea_request_comment")
    op.drop_table("esea_request_comment")
    op.drop_table("esea_audit_seal")
    op.drop_table("esea_audit_personal")
    op.drop_index(op.f("ix_esea_throttle_window_ends_ms"), table_name="esea_throttle_window")
    op.drop_table("esea_throttle_window")
    op.drop_index(op.f("ix_esea_session_subject"), table_name="esea_session")
    op.drop_index(op.f("ix_esea_session_ends_at"), table_name="esea_session")
    op.drop_table("esea_session")
    op.drop_index(
        "uq_esea_request_undecided",
        table_name="esea_request",
        sqlite_where=sa.text("author IS NOT NULL AND state IN ('open', 'more_asked')"),
        postgresql_where=sa.text("author IS NOT NULL AND state IN ('open', 'more_asked')"),
    )
    op.drop_index("ix_esea_request_queue_title", table_name="esea_request")
    op.drop_index("ix_esea_request_queue", table_name="esea_request")
    op.drop_index("ix_esea_request_author", table_name="esea_request")
    op.drop_table("esea_request")
    op.drop_table("esea_job")
    op.drop_index(op.f("ix_esea_delivery_state_next_at"), table_name="esea_delivery")
    op.drop_index(op.f("ix_esea_delivery_created_at"), table_name="esea_delivery")
    op.drop_table("esea_delivery")
    op.drop_index(op.f("ix_esea_audit_event_target_at"), table_name="esea_audit_event")
    op.drop_index(op.f("ix_esea_audit_event_at"), table_name="esea_audit_event")
    op.drop_index(op.f("ix_esea_audit_event_actor_at"), table_name="esea_audit_event")
    op.drop_index(op.f("ix_esea_audit_event_action_at"), table_name="esea_audit_event")
    op.drop_table("esea_audit_event")
    op.drop_index(op.f("ix_esea_audit_digest_at"), table_name="esea_audit_digest")
    op.drop_table("esea_audit_digest")
