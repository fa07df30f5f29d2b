"""Writes rows of the trail and checks that the database kept them.

A trigger or a rule can drop a row without an error (``RETURN NULL``, ``RAISE(IGNORE)``). The count of rows shows
it without a query; statements are plain ones, since the unit of work does not check that count for inserts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, Executable, Table, insert
from sqlalchemy.orm import Session

from ..database import FoundationModel


class RowNotWritten(Exception):
    """The database dropped a row of the audit trail silently: look for triggers and rules that are not the portal's."""


def insert_rows(session: Session, model: type[FoundationModel], rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows.

    :raises RowNotWritten: one was not written.
    """
    table = cast("Table", model.__table__)
    write_rows(session, insert(table), table.name, rows)


def write_rows(session: Session, statement: Executable, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Run a statement that writes one row for each set of values.

    :raises RowNotWritten: one was not written.
    """
    if not rows:
        return
    counted = statement.execution_options(preserve_rowcount=True)
    given: Any = rows[0] if len(rows) == 1 else rows
    written = cast("CursorResult[Any]", session.connection().execute(counted, given)).rowcount
    if written != len(rows):
        raise RowNotWritten(f"{table}: the database kept {written} of {len(rows)} rows")
