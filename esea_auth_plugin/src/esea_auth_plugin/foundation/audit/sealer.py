"""Chains the events' codes, in an order of its own: nobody who signs in waits for it, and a late commit is no anomaly.

Each link is a keyed hash over the link before, the seal's number and the code of an event. The key is not in the
database: whoever can rewrite every table can't make a chain that verifies. An event whose code is missing or wrong was
not written by this portal; it is never sealed, the job that meets it fails, and the events behind it are sealed all
the same. A chain can't show by itself that its end was cut off: see :mod:`.heads`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from ...pyramid_types import Registry
from ...services import current_time, find
from ..database import IDatabase
from ..security.sealing import SealBroken
from . import triggers
from .keys import TrailKeys
from .models import AuditDigest, AuditSeal
from .rows import UNREADABLE, DigestPart, SealPart, digest_of_event, last_seal, seals_outside_chain, waiting_digests
from .writing import insert_rows

log = logging.getLogger(__name__)

BATCH = 500
#: How much older than the newest sealed event an unsealed one can be: far more than any transaction lasts.
LATEST_COMMIT = timedelta(days=1)

#: The sealer runs every half minute; what waits longer than this waits for a reason.
MAX_WAIT = timedelta(minutes=10)


class ForgedEvents(Exception):
    """Events wait whose code the portal did not make; ``esea-admin CONFIG audit verify`` lists them."""


class ForeignTriggers(Exception):
    """The tables have triggers or rules that are not the portal's: they can drop or change what it writes."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one run did.

    :ivar count: events sealed. :ivar refused: events that were not, since the portal did not write them.
    """

    count: int
    refused: int


def seal_all(registry: Registry) -> int:
    """Job: seal what is not sealed yet, batch by batch, each in a short transaction; return how many.

    :raises ForgedEvents: there are events that the portal did not write; all others are sealed.
    :raises ForeignTriggers: the tables have triggers that are not the portal's; what could be sealed is.
    :raises RowNotWritten: the database dropped seals.
    """
    database = find(registry, IDatabase)
    total = 0
    while True:
        with database.writing() as session:
            sealed = seal_some(session, find(registry, TrailKeys), current_time(registry))
        total += sealed.count
        if sealed.count < BATCH:
            break
    if sealed.refused:
        raise ForgedEvents(f"{sealed.refused} events of the audit trail were not written by this portal")
    with database.reading() as session:
        foreign = triggers.foreign(session.connection())
    if foreign:
        raise ForeignTriggers(f"the audit trail has triggers that are not the portal's: {', '.join(foreign)}")
    return total


def seal_in(session: Session, keys: TrailKeys, now: datetime) -> None:
    """Seal all that waits within the caller's transaction: what it recorded explains a loss from its commit on."""
    while seal_some(session, keys, now).count == BATCH:
        pass


def seal_some(session: Session, keys: TrailKeys, now: datetime, *, most: int = BATCH) -> Sealed:
    """Seal at most ``most`` events in this transaction, oldest first."""
    _alone(session)
    head = last_seal(session)
    accepted, refused = _waiting(session, keys, head, now, most)
    number, link = (head.number, head.link) if head is not None else (0, "")
    seals: list[dict[str, object]] = []
    for digest in accepted:
        number += 1
        link = keys.link(link, number, digest.event_id, digest.digest, digest.mac)
        seals.append({"number": number, "event_id": digest.event_id, "link": link})
    insert_rows(session, AuditSeal, seals)
    if accepted:
        log.info("audit trail sealed up to %d:%s", number, link)
    if refused:
        log.error("audit trail: %d events not sealed, the portal did not write them: %s", len(refused), refused[:5])
    return Sealed(len(accepted), len(refused))


def long_waiting(session: Session, now: datetime) -> int:
    """Count the events that the sealer should have sealed by now: it does not run, or refuses them."""
    query = (
        select(func.count(AuditDigest.event_id))
        .outerjoin(AuditSeal, AuditSeal.event_id == AuditDigest.event_id)
        .where(AuditSeal.number.is_(None), AuditDigest.at < now - MAX_WAIT)
    )
    return session.scalar(query) or 0


def _waiting(
    session: Session, keys: TrailKeys, head: SealPart | None, now: datetime, most: int
) -> tuple[Sequence[DigestPart], Sequence[str]]:
    """Return events to seal, and the ids of those met on the way that are not."""
    last = digest_of_event(session, head.event_id) if head is not None else None
    after = min(last.at, now) - LATEST_COMMIT if last is not None and last.at != UNREADABLE else None
    accepted: list[DigestPart] = []
    # A seal with a number that no sealer gives does not seal; its event can't get another one, and is evidence.
    refused = [str(event_id)[:36] for event_id in seals_outside_chain(session)]
    for digest in waiting_digests(session, after):
        if _written_by_portal(digest, keys):
            accepted.append(digest)
            if len(accepted) == most:
                break
        else:
            refused.append(str(digest.event_id)[:36])
    return accepted, refused


def _written_by_portal(digest: DigestPart, keys: TrailKeys) -> bool:
    try:
        return keys.event_mac_matches(digest.mac, digest.event_id, digest.at, digest.digest, digest.origin)
    except (SealBroken, AttributeError, TypeError):
        return False


def _alone(session: Session) -> None:
    """Keep a second sealer out until this transaction ends (SQLite's has the only write lock already)."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE esea_audit_seal IN SHARE ROW EXCLUSIVE MODE"))
