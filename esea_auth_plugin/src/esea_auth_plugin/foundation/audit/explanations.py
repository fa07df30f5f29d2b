"""What explains that something of the trail is gone: retention, the erasure of an event, the erasure of a person.

An explanation is an event that the portal wrote (its code), that the sealer sealed (its place in the chain) and whose
statement is possible in itself. Nobody without the portal's keys can make one, and what it states decides, not the
settings of the portal that looks at it later.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ...pyramid_types import Json
from ..security.sealing import SealBroken
from ..security.tokens import equal
from .content import digest_of
from .keys import TrailKeys
from .rows import TrailRow, sealed_rows_of

PRUNED, ERASED, ERASED_PERSONAL = "audit.pruned", "audit.erased", "audit.personal_erased"
#: CNIL 2021-122: traces are kept for six months at least. A statement of less explains nothing.
MIN_RETENTION_DAYS = 180
#: How far a portal's clock may be ahead of that of the machine that verifies.
_CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Pruning:
    """The last removal by retention: up to which moment, and how many events are gone by retention since ever."""

    before: datetime
    total: int


@dataclass(frozen=True, slots=True)
class Erasure:
    """The erasure of a person: of whom, and how many side rows."""

    subject: str
    count: int


@dataclass(slots=True)
class Explanations:
    """Everything that explains a loss.

    :ivar erased: target of each ``audit.erased`` event, and when it was erased.
    :ivar erased_personal: ``audit.personal_erased`` events by id, whose side rows and how many each removed.
    """

    pruning: Pruning | None = None
    erased: dict[str, datetime] = field(default_factory=dict)
    erased_personal: dict[str, Erasure] = field(default_factory=dict)


def explanations(session: Session, keys: TrailKeys, now: datetime) -> Explanations:
    """Read the explanations that hold; their seals are checked by whoever walks the chain."""
    found = Explanations()
    for row in sealed_rows_of(session, PRUNED, ERASED, ERASED_PERSONAL):
        if row.event is None or not written_by_portal(row, keys) or row.event.at > now + _CLOCK_SKEW:
            continue
        details = _details(row.event.details)
        if row.event.action == PRUNED:
            found.pruning = _pruning(details, row.event.at) or found.pruning
        elif row.event.action == ERASED and row.event.target:
            found.erased[row.event.target] = row.event.at
        elif row.event.action == ERASED_PERSONAL and row.event.target:
            found.erased_personal[row.event.id] = Erasure(row.event.target, _count(details.get("count")))
    return found


def pruning_details(pruning: Pruning, *, count: int, retention_days: int) -> Json:
    """Return the details of a :data:`PRUNED` event."""
    return {
        "before": pruning.before.isoformat(),
        "count": count,
        "total": pruning.total,
        "retention_days": retention_days,
    }


def written_by_portal(row: TrailRow, keys: TrailKeys) -> bool:
    """Tell whether the portal wrote an event and its content is unchanged."""
    event, digest = row.event, row.digest
    if event is None or digest is None:
        return False
    try:
        return (
            event.at == digest.at
            and equal(digest.digest, digest_of(event))
            and keys.event_mac_matches(digest.mac, digest.event_id, digest.at, digest.digest, digest.origin)
        )
    except (SealBroken, AttributeError, TypeError, ValueError):
        return False  # altered; the walk over the chain says so


def _pruning(details: Json, at: datetime) -> Pruning | None:
    """Return what a retention event states, ``None`` if it removed what its own retention keeps."""
    days, total = _count(details.get("retention_days")), _count(details.get("total"))
    try:
        before = datetime.fromisoformat(details.get("before", ""))
        possible = days >= MIN_RETENTION_DAYS and before <= at - timedelta(days=days)
    except (TypeError, ValueError, OverflowError):
        return None
    return Pruning(before, total) if possible else None


def _details(text: str) -> Json:
    try:
        found = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
