"""Erases the profiles of closed accounts when their thirty days are over, and later what remained of them."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ...events import AccountErased
from ...foundation.audit.retention import erase_personal
from ...foundation.database import IDatabase, lock_accounts
from ...foundation.database.base import Model
from ...foundation.database.erasing import RETENTION, erase_subject
from ...foundation.reviews.jobs import forget_requests_of
from ...interfaces import IAccounts
from ...pyramid_types import Registry
from ...services import current_time, find
from ...settings import FoundationSettings
from .models import ClosingRow

log = logging.getLogger(__name__)

_BATCH = 100


def erase_due(registry: Registry) -> int:
    """Job: erase the profiles whose time is over, each in a transaction of its own; return how many."""
    now = current_time(registry)
    with find(registry, IDatabase).reading() as session:
        due = session.scalars(
            select(ClosingRow.subject)
            .where(ClosingRow.erase_at <= now, ClosingRow.erased_at.is_(None))
            .order_by(ClosingRow.erase_at)
            .limit(_BATCH)
        ).all()
    for subject in due:
        with find(registry, IDatabase).writing() as session:
            erase(registry, session, subject)
    if due:
        log.info("%d profiles of closed accounts erased", len(due))
    return len(due)


def erase(registry: Registry, session: Session, subject: str) -> bool:
    """Erase a profile, once: the account, what every package keeps of its person, and names in the trail."""
    now = current_time(registry)
    lock_accounts(registry, session, subject)
    once = (
        update(ClosingRow)
        .where(ClosingRow.subject == subject, ClosingRow.erased_at.is_(None), ClosingRow.erase_at <= now)
        .values(erased_at=now)
        .returning(ClosingRow.subject)
        .execution_options(synchronize_session=False)
    )
    if session.execute(once).first() is None:
        return False
    # Packages that keep something for its period take the person out of it; everything else goes by its subject.
    registry.notify(AccountErased(session, subject))
    find(registry, IAccounts).erase_closed(session, subject)
    erase_subject(session, Model.metadata, subject)
    erase_personal(registry, session, subject, by=None)
    return True


def forget_old(registry: Registry) -> int:
    """Job: delete what remained of erased people once the period of decisions and traces is over."""
    days = find(registry, FoundationSettings).audit_retention_days
    before = current_time(registry) - timedelta(days=days)
    with find(registry, IDatabase).writing() as session:
        old = session.scalars(select(ClosingRow.subject).where(ClosingRow.erased_at <= before).limit(_BATCH)).all()
        lock_accounts(registry, session, *old)
        for subject in old:
            forget_requests_of(session, subject)
            for table in reversed(Model.metadata.sorted_tables):
                if RETENTION in table.info:
                    session.execute(delete(table).where(table.c.subject == subject))
    return len(old)
