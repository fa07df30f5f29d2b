"""Chains the digests, in an order of its own: nobody who signs in waits for it, and a late commit is no anomaly.

Each link is a keyed hash over the one before, the seal's number and the event's digest. The key is not in the
database: whoever can rewrite every table still can't make a chain that verifies. What a chain can't show by itself is
that its end was cut off, so the number and link of its head go to the log, which is kept elsewhere.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from ..database import IDatabase
from ..interfaces import ISealer
from ..services import find
from .models import AuditDigest, AuditSeal

log = logging.getLogger(__name__)

PURPOSE = "audit.chain"
BATCH = 500
#: How much older than the newest sealed event an unsealed one can be: far more than any transaction lasts.
_LATEST_COMMIT = timedelta(days=1)


def link_content(previous: str, number: int, event_id: str, digest: str, at: datetime) -> str:
    """Return what a link is the keyed hash of. ``previous`` is ``""`` for the first."""
    return "\n".join([previous, str(number), event_id, digest, at.astimezone(UTC).isoformat(timespec="microseconds")])


def seal_all(registry: Any) -> int:
    """Job: seal what is not sealed yet, batch by batch, each in a short transaction; return how many."""
    database, sealer = find(registry, IDatabase), find(registry, ISealer)
    total = 0
    while True:
        with database.writing() as session:
            sealed = seal_some(session, sealer)
        total += sealed
        if sealed < BATCH:
            return total


def seal_some(session: Session, sealer: ISealer, *, most: int = BATCH) -> int:
    """Seal at most ``most`` events in this transaction, oldest first."""
    _alone(session)
    head = session.scalar(select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1))
    waiting = _waiting(session, head, most)
    number, link = (head.number, head.link) if head is not None else (0, "")
    for digest in waiting:
        number += 1
        link = sealer.digest(link_content(link, number, digest.event_id, digest.digest, digest.at), purpose=PURPOSE)
        session.add(AuditSeal(number=number, event_id=digest.event_id, link=link))
    session.flush()
    if waiting:
        log.info("audit trail sealed up to %d:%s", number, link)
    return len(waiting)


def _waiting(session: Session, head: AuditSeal | None, most: int) -> list[AuditDigest]:
    query = (
        select(AuditDigest)
        .outerjoin(AuditSeal, AuditSeal.event_id == AuditDigest.event_id)
        .where(AuditSeal.number.is_(None))
        .order_by(AuditDigest.at, AuditDigest.event_id)
        .limit(most)
    )
    if head is not None:  # so that a trail of years is not looked through every half minute
        newest = select(AuditDigest.at).where(AuditDigest.event_id == head.event_id).scalar_subquery()
        last = session.scalar(select(newest))
        if last is not None:
            query = query.where(AuditDigest.at > last - _LATEST_COMMIT)
    return list(session.scalars(query))


def _alone(session: Session) -> None:
    """Keep a second sealer out until this transaction ends (SQLite's has the only write lock already)."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE esea_audit_seal IN SHARE ROW EXCLUSIVE MODE"))
