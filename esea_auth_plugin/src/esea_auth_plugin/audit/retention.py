"""Removes what the trail may no longer keep, and writes down that it did: what is gone without a word was stolen.

CNIL 2021-122: six months to a year, up to three for a documented reason (``portal.audit_retention_days``). Digests and
seals stay: they tell nothing about anybody once their salt is gone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from ..database import IDatabase
from ..interfaces import IAuditTrail, IClock
from ..services import find
from .models import AuditEvent, AuditPersonal

PRUNED, ERASED, ERASED_PERSONAL = "audit.pruned", "audit.erased", "audit.personal_erased"


def prune(registry: Any) -> int:
    """Job: remove events older than the retention; return how many."""
    from ..settings import FoundationSettings

    days = find(registry, FoundationSettings).audit_retention_days
    before = find(registry, IClock).now() - timedelta(days=days)
    with find(registry, IDatabase).writing() as session:
        old = select(AuditEvent.id).where(AuditEvent.at < before)
        session.execute(delete(AuditPersonal).where(AuditPersonal.event_id.in_(old)))
        gone = _count(session, delete(AuditEvent).where(AuditEvent.at < before))
        if gone:
            details = {"before": before.isoformat(), "count": gone}
            find(registry, IAuditTrail).record(session, PRUNED, details=details)
    return gone


def erase(registry: Any, session: Session, event_id: str, *, by: str | None, reason: str) -> bool:
    """Remove the whole content of one event (a reference that should not have been written); ``False`` if none."""
    session.execute(delete(AuditPersonal).where(AuditPersonal.event_id == event_id))
    if not _count(session, delete(AuditEvent).where(AuditEvent.id == event_id)):
        return False
    find(registry, IAuditTrail).record(session, ERASED, actor=by, target=event_id, details={"reason": reason})
    return True


def erase_personal(registry: Any, session: Session, subject: str, *, by: str | None) -> int:
    """Remove names and addresses from every event of a person (art. 17); what happened stays, under the subject."""
    of_person = select(AuditEvent.id).where((AuditEvent.actor == subject) | (AuditEvent.target == subject))
    gone = _count(session, delete(AuditPersonal).where(AuditPersonal.event_id.in_(of_person)))
    if gone:
        find(registry, IAuditTrail).record(session, ERASED_PERSONAL, actor=by, target=subject, details={"count": gone})
    return gone


def pruned_before(session: Session) -> datetime | None:
    """Return up to which moment events were removed by retention."""
    told = _told(session, PRUNED)
    return max((datetime.fromisoformat(json.loads(event.details)["before"]) for event in told), default=None)


def erased_ids(session: Session) -> frozenset[str]:
    """Return the events whose content was erased one by one."""
    return frozenset(event.target for event in _told(session, ERASED) if event.target)


def _told(session: Session, action: str) -> Sequence[AuditEvent]:
    return session.scalars(select(AuditEvent).where(AuditEvent.action == action)).all()


def _count(session: Session, statement: Any) -> int:
    return int(cast("CursorResult[Any]", session.execute(statement)).rowcount)
