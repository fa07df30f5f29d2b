"""Database triggers that keep the trail append-only, for both dialects.

They stop a mistaken statement, an injected one, and whoever has the application's database account. Who owns the
tables can drop them: against that stands the chain, keyed with a key that is not in the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, bindparam, event, text

from .models import AuditDigest, AuditEvent, AuditSeal

#: Table, and the acts it refuses. Events may be removed (retention) but never changed.
REFUSED = {
    "esea_audit_digest": ("UPDATE", "DELETE"),
    "esea_audit_seal": ("UPDATE", "DELETE"),
    "esea_audit_event": ("UPDATE",),
}
_KEYS = {"esea_audit_digest": "event_id", "esea_audit_seal": "number", "esea_audit_event": "id"}
_FUNCTION = "esea_audit_refuse"
#: Triggers on any of these tables that are not ours can drop or change what the portal writes.
_TABLES = [*REFUSED, "esea_audit_personal"]
_BODY = "BEGIN\n  RAISE EXCEPTION USING MESSAGE = 'append-only: ' || TG_TABLE_NAME || ' refuses ' || TG_OP;\nEND"
_SQLITE_TRIGGERS = text(
    "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) IN :tables ORDER BY name"
).bindparams(bindparam("tables", expanding=True))
_POSTGRESQL_TRIGGERS = text(
    "SELECT t.tgname, c.relname, t.tgenabled, p.proname, p.prosrc, pg_get_triggerdef(t.oid)"
    " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid"
    " WHERE NOT t.tgisinternal AND c.relname IN :tables AND pg_table_is_visible(c.oid) ORDER BY t.tgname"
).bindparams(bindparam("tables", expanding=True))
_OTHER_POSTGRESQL = text(
    "SELECT 'rule ' || r.rulename, c.relname FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class"
    " WHERE c.relname IN :tables AND pg_table_is_visible(c.oid)"
    " UNION SELECT 'row level security', c.relname FROM pg_class c"
    " WHERE c.relname IN :tables AND pg_table_is_visible(c.oid) AND c.relrowsecurity"
).bindparams(bindparam("tables", expanding=True))


def create_statements(dialect: str) -> Sequence[str]:
    """Return what a migration runs once the tables exist."""
    function = [_postgresql_function()] if dialect == "postgresql" else []
    return [*function, *(line for table in REFUSED for line in _create(dialect, table))]


def drop_statements(dialect: str) -> Sequence[str]:
    """Return what a migration runs before it drops the tables."""
    lines = []
    for table in REFUSED:
        on = f" ON {table}" if dialect == "postgresql" else ""
        lines += [f"DROP TRIGGER IF EXISTS {name}{on}" for name in _names(dialect, table)]
    return [*lines, *([f"DROP FUNCTION IF EXISTS {_FUNCTION}()"] if dialect == "postgresql" else [])]


def missing(connection: Connection) -> Sequence[str]:
    """Return the names of the triggers that are not there, are switched off, or were replaced by something else."""
    dialect = connection.dialect.name
    there = _there_postgresql(connection) if dialect == "postgresql" else _there_sqlite(connection)
    wanted = [name for table in REFUSED for name in _names(dialect, table)]
    return [name for name in wanted if name not in there]


def foreign(connection: Connection) -> Sequence[str]:
    """Return what else acts on the tables: triggers, rewrite rules and row filters that are not the portal's."""
    if connection.dialect.name != "postgresql":
        there = _there_sqlite(connection)
        rows = connection.execute(_SQLITE_TRIGGERS, {"tables": _TABLES})
        return [f"{name} on {table}" for name, table, _ in rows if name not in there]
    found = [f"{name} on {table}" for name, table, _, ours in _triggers_postgresql(connection) if not ours]
    found += [f"{name} on {table}" for name, table in connection.execute(_OTHER_POSTGRESQL, {"tables": _TABLES})]
    return found


def _there_sqlite(connection: Connection) -> set[str]:
    ours = {_one_line(line) for table in REFUSED for line in _create("sqlite", table)}
    rows = connection.execute(_SQLITE_TRIGGERS, {"tables": _TABLES})
    return {name for name, _, sql in rows if _one_line(sql) in ours}


def _one_line(sql: str) -> str:
    return " ".join(sql.split())


def _there_postgresql(connection: Connection) -> set[str]:
    return {name for name, _, enabled, ours in _triggers_postgresql(connection) if ours and enabled in {"O", "A"}}


def _triggers_postgresql(connection: Connection) -> Sequence[tuple[str, str, str, bool]]:
    """Return each trigger's name, table and state, and whether it is the portal's."""
    rows = connection.execute(_POSTGRESQL_TRIGGERS, {"tables": _TABLES})
    return [
        (name, table, enabled, _is_ours_postgresql(name, table, f"{function}:{_one_line(body)}", definition))
        for name, table, enabled, function, body, definition in rows
    ]


def _is_ours_postgresql(name: str, table: str, function: str, definition: str) -> bool:
    # A trigger with a WHEN clause, or on fewer acts than its name says, is not ours.
    return (
        table in REFUSED
        and name in _names("postgresql", table)
        and function == f"{_FUNCTION}:{_one_line(_BODY)}"
        and "WHEN" not in definition
        and f"BEFORE {name.rsplit('_no_', 1)[-1].upper()} ON" in definition
    )


def _names(dialect: str, table: str) -> list[str]:
    acts = [*REFUSED[table], "REPLACE"] if dialect == "sqlite" else [*REFUSED[table], *_truncate(table)]
    return [f"{table}_no_{act.lower()}" for act in acts]


def _truncate(table: str) -> list[str]:
    return ["TRUNCATE"] if "DELETE" in REFUSED[table] else []


def _create(dialect: str, table: str) -> list[str]:
    return _create_postgresql(table) if dialect == "postgresql" else _create_sqlite(table)


def _postgresql_function() -> str:
    return f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$\n{_BODY} $$"


def _create_postgresql(table: str) -> list[str]:
    rows = [
        f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}\nFOR EACH ROW EXECUTE FUNCTION {_FUNCTION}()"
        for act in REFUSED[table]
    ]
    whole = [
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}\n"
        f"FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()"
        for _ in _truncate(table)
    ]
    return rows + whole


def _create_sqlite(table: str) -> list[str]:
    rows = [
        f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}\n"
        f"BEGIN SELECT RAISE(ABORT, 'append-only: {table} refuses {act}'); END"
        for act in REFUSED[table]
    ]
    # INSERT OR REPLACE removes the old row without firing its DELETE trigger.
    key = _KEYS[table]
    replace = (
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}\n"  # noqa: S608 - our own names
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})\n"
        f"BEGIN SELECT RAISE(ABORT, 'append-only: {table} refuses to replace'); END"
    )
    return [*rows, replace]


def attach() -> None:
    """Make ``metadata.create_all`` create the triggers with the tables."""
    for model in (AuditDigest, AuditSeal, AuditEvent):
        table: Any = model.__table__
        event.listen(table, "after_create", _after_create)


def _after_create(table: Table, connection: Any, **kwargs: Any) -> None:
    dialect = connection.dialect.name
    function = [_postgresql_function()] if dialect == "postgresql" else []
    for line in (*function, *_create(dialect, table.name)):
        connection.exec_driver_sql(line)


attach()
