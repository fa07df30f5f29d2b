"""The one upsert that counts a try, the same on SQLite and PostgreSQL.

Windows and not a log of moments: a row per counter and one statement per try, whatever the ceiling. A window begins
with its first try and lasts ``span``. A plain fixed window lets twice the ceiling through around its end, and « at most
25 in 24 hours » would be 49. So the window before is remembered, and counts in full until ``span`` after its last try.
Any stretch of ``span`` touches at most two neighbouring windows, and both are counted: never more than the ceiling in
*any* stretch of that length. The price is a wait counted from the last try instead of from the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Delete, Insert, Select, Update, and_, case, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from .models import ThrottleWindow as Row
from .store import Taken, Use

Upsert = postgresql.Insert | sqlite.Insert


@cache
def take(dialect: str) -> Insert:
    """Return the upsert of uses; it returns ``(key, start_ms)`` of those below their ceiling.

    One statement for every number of uses, executed with :func:`rows` as its parameters, so that SQLAlchemy compiles
    it once: compiling was a tenth of a sign-in.
    """
    statement, new = insert_into(dialect)
    over = Row.start_ms + Row.span_ms <= new.last_ms  # the current window has ended: this try begins the next one
    # A limit that the operator changed holds from the next try on.
    counted = case(
        (over, case((Row.last_ms + new.span_ms > new.last_ms, Row.count), else_=0)),
        else_=Row.count + case((Row.previous_last_ms + new.span_ms > new.last_ms, Row.previous_count), else_=0),
    )
    changes = {
        "bucket": new.bucket,
        "ceiling": new.ceiling,
        "span_ms": new.span_ms,
        "start_ms": case((over, new.last_ms), else_=Row.start_ms),
        "count": case((over, 1), else_=Row.count + 1),
        "last_ms": new.last_ms,
        "previous_start_ms": case((over, Row.start_ms), else_=Row.previous_start_ms),
        "previous_count": case((over, Row.count), else_=Row.previous_count),
        "previous_last_ms": case((over, Row.last_ms), else_=Row.previous_last_ms),
        "ends_ms": new.ends_ms,
    }
    upsert = statement.on_conflict_do_update(index_elements=["key"], set_=changes, where=counted < new.ceiling)
    return upsert.returning(Row.key, Row.start_ms)


def insert_into(dialect: str) -> tuple[Upsert, ReadOnlyColumnCollection[str, ColumnElement[Any]]]:
    """Return the insert of this database, which knows what to do when the key is there, and the row that it brings."""
    insert: Upsert = postgresql.insert(Row) if dialect == "postgresql" else sqlite.insert(Row)
    return insert, insert.excluded


def rows(uses: Sequence[Use], now: int) -> list[dict[str, object]]:
    """Return the parameters of :func:`take`, in the order of their keys: two processes never wait in a circle."""
    return [fresh(use, now) for use in sorted(uses, key=lambda use: use.key)]


def fresh(use: Use, now: int) -> dict[str, object]:
    """Return the row of a counter's first try."""
    span = milliseconds(use)
    return {
        "key": use.key,
        "bucket": use.bucket[:80],
        "ceiling": use.ceiling,
        "span_ms": span,
        "start_ms": now,
        "count": 1,
        "last_ms": now,
        "previous_start_ms": 0,
        "previous_count": 0,
        "previous_last_ms": 0,
        # No try counts longer than a span after it, or the pause that ends tries in a row.
        "ends_ms": now + max(span, int(use.kept.total_seconds() * 1000)),
    }


def milliseconds(use: Use) -> int:
    """Return the length of a use's window."""
    return int(use.per.total_seconds() * 1000)


def look(keys: Sequence[str]) -> Select[Any]:
    """Return the query of these counters."""
    return select(Row).where(Row.key.in_(keys))


def free_at(row: Row, use: Use) -> int:
    """Return the moment from which a full counter has room again, given no try meanwhile."""
    # Full by itself: until a span after its last try. Full by what it remembers: until that falls out.
    last = row.last_ms if row.count >= use.ceiling else row.previous_last_ms
    return last + milliseconds(use)


def give_back(taken: Sequence[Taken]) -> Update:
    """Return the update that undoes counts of different keys: of the current window, or else of the one before.

    The rows are locked in the order of their keys first, as :func:`take` locks them.
    """
    keys = select(Row.key).where(Row.key.in_([each.use.key for each in taken])).order_by(Row.key)
    locked = keys.with_for_update().cte("locked")
    mark = case({each.use.key: each.mark for each in taken}, value=Row.key)
    current = and_(Row.start_ms == mark, Row.count > 0)
    previous = and_(Row.previous_start_ms == mark, Row.previous_count > 0)
    return (
        update(Row)
        .where(Row.key.in_(select(locked.c.key)))
        .values(
            count=case((current, Row.count - 1), else_=Row.count),
            previous_count=case(
                (current, Row.previous_count), (previous, Row.previous_count - 1), else_=Row.previous_count
            ),
        )
    )


def forget(key: str) -> Delete:
    """Return the removal of one counter."""
    return delete(Row).where(Row.key == key)


def purge(now: int) -> Delete:
    """Return the removal of the counters that count for nothing any more."""
    return delete(Row).where(or_(Row.ends_ms <= now, Row.count + Row.previous_count <= 0))
