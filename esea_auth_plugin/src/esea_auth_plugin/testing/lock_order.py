"""Checks the order in which committed transactions locked rows, on either database (see ``database.locking``).

It reads the statements, not the database: what a transaction would lock on PostgreSQL is told by its ``UPDATE``,
``DELETE``, ``INSERT`` and ``SELECT … FOR UPDATE`` in their order. A transaction breaks the order when it

- locks an account after it has written anything else, or a second account out of the order of subjects;
- writes a row of an account that it has not locked, unless the table says why it need not be (:data:`UNLOCKED`).

The check is on in every test (fixture ``lock_order``), also in those of a third party's mode.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Delete, Engine, Insert, Select, Table, Update, event
from sqlalchemy.orm import Session
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, ColumnElement

from esea_auth_plugin.foundation.database.locking import UNLOCKED, locked_accounts

from ..pyramid_types import JsonObject

ACCOUNT = "esea_account"

#: Modules between who asks for a statement and its execution, and those whose own statements prepare a test.
_TRANSPARENT = ("sqlalchemy.", "contextlib", "zope.", "transaction.", "esea_auth_plugin.foundation.database.", __name__)
_PREPARES = ("tests.", "test_", "conftest")


@dataclass
class _Transaction:
    """What one transaction has locked so far."""

    accounts: set[str] = field(default_factory=set)
    first_write: str = ""
    broken: list[str] = field(default_factory=list)
    #: It wrote what a test needs, by statements of the test's own: it is no service's, and is not judged.
    prepares: bool = False


class LockOrder:
    """Follows the transactions of every engine while it listens; :attr:`broken` tells of those that committed."""

    def __init__(self) -> None:
        self.broken: list[str] = []
        self._open: WeakKeyDictionary[Connection, _Transaction] = WeakKeyDictionary()
        self._sessions: WeakKeyDictionary[Connection, Session] = WeakKeyDictionary()

    @contextmanager
    def listening(self) -> Iterator[LockOrder]:
        """Follow the transactions until the block ends."""
        listeners = (
            (Session, "after_begin", self._session_began),
            (Engine, "begin", self._began),
            (Engine, "before_cursor_execute", self._execute),
            (Engine, "commit", self._committed),
        )
        for target, name, listener in listeners:
            event.listen(target, name, listener)
        try:
            yield self
        finally:
            for target, name, listener in listeners:
                event.remove(target, name, listener)

    def _session_began(self, session: Session, _transaction: object, connection: Connection) -> None:
        self._sessions[connection] = session

    def _began(self, connection: Connection) -> None:
        self._open[connection] = _Transaction()

    def _committed(self, connection: Connection) -> None:
        ended = self._open.pop(connection, None)
        if ended is not None and not ended.prepares:
            self.broken += ended.broken

    def _execute(
        self, connection: Connection, _cursor: Any, statement: str, parameters: Any, context: Any, _many: bool
    ) -> None:
        transaction, compiled = self._open.get(connection), getattr(context, "compiled", None)
        if transaction is None or compiled is None:
            return
        self._note_locked(connection, transaction, statement)
        written = compiled.statement
        if isinstance(written, Insert | Update | Delete) and isinstance(written.table, Table):
            transaction.prepares |= _is_preparation()
            # A compiled statement is cached: its values are those of this execution, found by the names it gave them.
            rows = [dict(row) for row in context.compiled_parameters]
            self._note_write(connection, transaction, compiled, rows, statement)
        elif isinstance(written, Select) and written._for_update_arg is not None:
            self._note_select(transaction, written, statement)

    def _note_locked(self, connection: Connection, transaction: _Transaction, statement: str) -> None:
        """Note what :meth:`IAccounts.lock` has locked since the last statement."""
        session = self._sessions.get(connection)
        if session is not None:
            self._note_accounts(transaction, set(locked_accounts(session)), "IAccounts.lock", by_service=True)

    def _note_accounts(
        self, transaction: _Transaction, subjects: set[str], statement: str, *, by_service: bool = False
    ) -> None:
        """Note accounts that get locked. ``by_service``: by ``IAccounts.lock``, which does not wait out of order."""
        new = subjects - transaction.accounts
        if not new:
            return
        if transaction.first_write:
            transaction.broken.append(_sentence("an account is locked after", transaction.first_write, statement))
        elif not by_service and transaction.accounts and min(new) < max(transaction.accounts):
            transaction.broken.append(_sentence("a second account is locked out of order, after", "", statement))
        transaction.accounts |= new

    def _note_select(self, transaction: _Transaction, written: Select[Any], statement: str) -> None:
        for source in written.get_final_froms():
            if isinstance(source, Table) and source.name != ACCOUNT and UNLOCKED not in source.info:
                transaction.first_write = transaction.first_write or statement

    def _note_write(
        self,
        connection: Connection,
        transaction: _Transaction,
        compiled: Any,
        rows: list[JsonObject],
        statement: str,
    ) -> None:
        written, table = compiled.statement, compiled.statement.table
        if table.name == ACCOUNT:
            if isinstance(written, Insert):  # nobody else sees the new row
                transaction.accounts |= {str(row["subject"]) for row in rows}
                return
            named = _accounts_named(connection, compiled, rows)
            if named is None and not transaction.accounts:
                transaction.broken.append(_sentence("several accounts are locked in no order by", "", statement))
            self._note_accounts(transaction, named or set(), statement)
            return
        if UNLOCKED in table.info or table.name.startswith("_alembic"):
            return
        transaction.first_write = transaction.first_write or statement
        for subject in _owners(compiled, rows):
            if subject and subject not in transaction.accounts:
                transaction.broken.append(_sentence("the account of this row is not locked:", "", statement))
        if any(key.column.table.name == ACCOUNT for key in table.foreign_keys) and not transaction.accounts:
            transaction.broken.append(_sentence("the account of this row is not locked:", "", statement))


def _is_preparation() -> bool:
    """Tell whether a statement is a test's own: no module but the test's, SQLAlchemy and the sessions asked for it."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if not name.startswith(_TRANSPARENT):
            return name.startswith(_PREPARES) or Path(frame.f_code.co_filename).name.startswith(_PREPARES)
        frame = frame.f_back
    return False


def _owners(compiled: Any, rows: list[JsonObject]) -> set[str]:
    """Return the subjects whose rows a statement names."""
    table = compiled.statement.table
    if "subject" not in table.columns or any(key.column.table.name == ACCOUNT for key in table.foreign_keys):
        return set()
    if isinstance(compiled.statement, Insert):
        return {str(row["subject"]) for row in rows if row.get("subject")}
    return {value for row in rows for value in _compared(compiled, table.c.subject, row)}


def _accounts_named(connection: Connection, compiled: Any, rows: list[JsonObject]) -> set[str] | None:
    """Return the subjects of the accounts that a statement names, ``None`` if it names none of them by key."""
    table = compiled.statement.table
    subjects = {value for row in rows for value in _compared(compiled, table.c.subject, row)}
    ids = {value for row in rows for value in _compared(compiled, table.c.id, row)}
    if not subjects and not ids:
        return None
    cursor = connection.connection.cursor()
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    for key in ids:
        cursor.execute(f"SELECT subject FROM {ACCOUNT} WHERE id = {mark}", (key,))
        subjects |= {str(found[0]) for found in cursor.fetchall()}
    cursor.close()
    return subjects


def _compared(compiled: Any, column: ColumnElement[Any], row: JsonObject) -> set[str]:
    """Return the values that the statement's conditions say a column equals."""
    found: set[str] = set()
    for condition in compiled.statement._where_criteria:
        for element in visitors.iterate(condition):
            if isinstance(element, BinaryExpression) and element.operator is operators.eq:
                value = element.right
                if _is(element.left, column) and isinstance(value, BindParameter):
                    found.add(str(row[compiled.bind_names[value]]))
    return found


def _is(element: Any, column: Any) -> bool:
    table, wanted = getattr(element, "table", None), column.table
    return bool(getattr(element, "name", None) == column.name and getattr(table, "name", None) == wanted.name)


def _sentence(what: str, first: str, second: str) -> str:
    parts = [f"lock order: {what}"]
    parts += [f"    {' '.join(text.split())[:300]}" for text in (first, second) if text]
    return "\n".join(parts)
