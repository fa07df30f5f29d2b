"""The SQL of tries in a row: so many of them, however spread, and none before a wait counted from the last one.

A window of five in two minutes does not say that: failures spread over it leave a shorter last wait, slower ones none.
Here each try counts that comes less than ``kept`` after the one before; who paused that long has waited already.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, case, or_

from .models import ThrottleWindow as Row
from .statements import fresh, insert_into
from .store import Use


def take(dialect: str, uses: Sequence[Use], now: int) -> Any:
    """Return the upsert of these uses; it returns ``(key, start_ms)`` of those below their ceiling."""
    statement = insert_into(dialect).values([fresh(use, now) for use in sorted(uses, key=lambda use: use.key)])
    new = statement.excluded
    paused = Row.last_ms + (new.ends_ms - new.last_ms) <= now
    waited = and_(Row.count >= new.ceiling, Row.last_ms + new.span_ms <= now)
    anew = or_(paused, waited)
    changes = {
        "bucket": new.bucket,
        "ceiling": new.ceiling,
        "span_ms": new.span_ms,
        "start_ms": case((anew, now), else_=Row.start_ms),
        "count": case((anew, 1), else_=Row.count + 1),
        "last_ms": now,
        "ends_ms": new.ends_ms,
    }
    below_ceiling = or_(anew, Row.count < new.ceiling)
    return statement.on_conflict_do_update(index_elements=["key"], set_=changes, where=below_ceiling).returning(
        Row.key, Row.start_ms
    )
