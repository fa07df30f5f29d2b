"""The SQL of tries in a row: so many of them, however spread, and none before a wait counted from the last one.

A window of five in two minutes does not say that: failures spread over it leave a shorter last wait, slower ones none.
Here each try counts that comes less than ``kept`` after the one before; who paused that long has waited already.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import Insert, and_, case, or_

from .models import ThrottleWindow as Row
from .statements import insert_into


@cache
def take(dialect: str) -> Insert:
    """Return the upsert of uses; it returns ``(key, start_ms)`` of those below their ceiling (see ``statements``)."""
    statement, new = insert_into(dialect)
    paused = Row.last_ms + (new.ends_ms - new.last_ms) <= new.last_ms
    waited = and_(Row.count >= new.ceiling, Row.last_ms + new.span_ms <= new.last_ms)
    anew = or_(paused, waited)
    changes = {
        "bucket": new.bucket,
        "ceiling": new.ceiling,
        "span_ms": new.span_ms,
        "start_ms": case((anew, new.last_ms), else_=Row.start_ms),
        "count": case((anew, 1), else_=Row.count + 1),
        "last_ms": new.last_ms,
        "ends_ms": new.ends_ms,
    }
    below_ceiling = or_(anew, Row.count < new.ceiling)
    upsert = statement.on_conflict_do_update(index_elements=["key"], set_=changes, where=below_ceiling)
    return upsert.returning(Row.key, Row.start_ms)
