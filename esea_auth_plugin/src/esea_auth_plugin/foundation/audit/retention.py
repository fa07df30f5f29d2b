"""Removes what the trail may no longer keep, and writes down that it did: what is gone without a word was stolen.

CNIL 2021-122: six months to a year, up to three for a documented reason (``portal.audit_retention_days``). Digests and
seals stay: they tell nothing about anybody once their salt is gone. The event that explains a removal is sealed in the
transaction of the removal (:mod:`.explanations`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import UpdateBase, bindparam, delete, select, update
from sqlalchemy.orm import Session

from ...interfaces import IAuditTrail
from ...pyramid_types import Registry
from ...services import current_time, find
from ...settings import FoundationSettings
from ..database import IDatabase, rows_changed
from .content import has_digest
from .explanations import ERASED, ERASED_PERSONAL, PRUNED, Pruning, explanations, pruning_details, written_by_portal
from .keys import TrailKeys
from .models import AuditDigest, AuditEvent, AuditPersonal, AuditSeal
from .rows import TrailRow, row_of_event, rows_of_person
from .sealer import seal_in
from .writing import write_rows

log = logging.getLogger(__name__)

_EXPLAIN = (PRUNED, ERASED, ERASED_PERSONAL)


def prune(registry: Registry) -> int:
    """Job: remove sealed events older than the retention; return how many.

    What was never sealed stays: it was not written by the portal, and is evidence.
    """
    days = find(registry, FoundationSettings).audit_retention_days
    now = current_time(registry)
    before = now - timedelta(days=days)
    with find(registry, IDatabase).writing() as session:
        known = explanations(session, find(registry, TrailKeys), now)
        sealed = (
            select(AuditDigest.event_id)
            .join(AuditSeal, AuditSeal.event_id == AuditDigest.event_id)
            .where(AuditDigest.event_id == AuditEvent.id, AuditDigest.at < before, AuditSeal.number > 0)
        )
        old = select(AuditEvent.id).where(AuditEvent.at < before, sealed.exists())
        session.execute(delete(AuditPersonal).where(AuditPersonal.event_id.in_(old)))
        gone = _count(session, delete(AuditEvent).where(AuditEvent.at < before, sealed.exists()))
        if gone:
            # An event erased before is gone already; its explanation goes now, so it counts as gone by retention.
            erased = sum(at < before for at in known.erased.values())
            total = (known.pruning.total if known.pruning else 0) + gone + erased
            details = pruning_details(Pruning(before, total), count=gone, retention_days=days)
            _explain(registry, session, PRUNED, actor=None, target=None, details=details)
    return gone


def erase(registry: Registry, session: Session, event_id: str, *, by: str | None, reason: str) -> bool:
    """Remove the whole content of one event (a reference that should not have been written); ``False`` if none.

    :raises ValueError: the event explains another loss, or is not as the portal wrote it.
    """
    action = session.scalar(select(AuditEvent.action).where(AuditEvent.id == event_id))
    if action in _EXPLAIN:
        raise ValueError(f"an event {action} explains what is gone, and stays for the whole retention")
    row = row_of_event(session, event_id)
    if row is None:
        return False  # no event, or none that the portal wrote
    if not _unchanged(session, find(registry, TrailKeys), row):
        raise ValueError("the event was changed after it was written: it is evidence, verify the trail")
    session.execute(delete(AuditPersonal).where(AuditPersonal.event_id == event_id))
    if not _count(session, delete(AuditEvent).where(AuditEvent.id == event_id)):
        return False
    _explain(registry, session, ERASED, actor=by, target=event_id, details={"reason": reason})
    return True


def erase_personal(registry: Registry, session: Session, subject: str, *, by: str | None) -> int:
    """Remove names and addresses from every event of a person (art. 17); what happened stays, under the subject.

    Each emptied row is marked with the event that explains it, under a key: one that somebody else emptied is not.
    An event that is not as the portal wrote it may be somebody else's; it keeps its side row, and the log names it.
    """
    keys = find(registry, TrailKeys)
    session.flush()
    ids: list[str] = []
    for row in list(rows_of_person(session, subject)):
        if row.event is not None and _unchanged(session, keys, row):
            ids.append(row.event.id)
        elif row.event is not None:
            log.error("audit trail: %s was changed, its names are not erased: verify the trail", str(row.event.id)[:36])
    if not ids:
        return 0
    explained_by = _explain(registry, session, ERASED_PERSONAL, actor=by, target=subject, details={"count": len(ids)})
    statement = (
        update(AuditPersonal)
        .where(AuditPersonal.event_id == bindparam("erased_id"))
        .values(sealed="", erased_by=explained_by, erased_mac=bindparam("mac"))
    )
    marks = [{"erased_id": each, "mac": keys.erasure_mac(each, explained_by)} for each in ids]
    write_rows(session, statement, AuditPersonal.__tablename__, marks)
    session.expire_all()
    return len(ids)


def _unchanged(session: Session, keys: TrailKeys, row: TrailRow) -> bool:
    """Tell whether an event is as the portal wrote it: its code proves it, or its seal if it is older than codes."""
    if row.digest is None or row.event is None or row.digest.mac:
        return written_by_portal(row, keys)
    seal, digest = row.seal, row.digest
    if seal is None or row.event.at != digest.at or not has_digest(row.event, digest.digest):
        return False
    previous = session.scalar(select(AuditSeal.link).where(AuditSeal.number == seal.number - 1)) or ""
    try:
        return seal.number > 0 and keys.follows(seal, digest, previous, seal.number)
    except (AttributeError, TypeError):
        return False  # whatever somebody stored there


def _explain(
    registry: Registry,
    session: Session,
    action: str,
    *,
    actor: str | None,
    target: str | None,
    details: Mapping[str, object],
) -> str:
    event_id = find(registry, IAuditTrail).record(session, action, actor=actor, target=target, details=details)
    seal_in(session, find(registry, TrailKeys), current_time(registry))
    return event_id


def _count(session: Session, statement: UpdateBase) -> int:
    return int(rows_changed(session, statement))
