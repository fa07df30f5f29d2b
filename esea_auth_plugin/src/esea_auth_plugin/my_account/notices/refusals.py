"""Tells people of many refusals in a row, from the trail and aside from any sign-in: whoever tries learns nothing.

An email written while an answer is refused would take longer for an account that exists than for one that does not.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ...events import CodeRefusedOften
from ...foundation.audit import audit_rows
from ...foundation.audit.models import AuditEvent
from ...foundation.database import IDatabase
from ...pyramid_types import Registry
from ...services import current_time, find
from .models import NoticeLinkRow, NoticeRow

#: So many refusals in an hour are told, once a day.
MANY = 5
PERIOD = timedelta(hours=1)
QUIET = timedelta(days=1)
#: How long a person may look their notices up.
RETENTION = timedelta(days=180)


def look(registry: Registry) -> int:
    """Job: tell those who were refused many times; return how many people were told."""
    now = current_time(registry)
    since = now - PERIOD
    with find(registry, IDatabase).reading() as session:
        refused = session.scalars(
            select(AuditEvent.target)
            .where(AuditEvent.action == "sign_in.refused", AuditEvent.at > since, AuditEvent.target.is_not(None))
            .group_by(AuditEvent.target)
            .having(func.count() >= MANY)
            .limit(200)
        ).all()
    told = 0
    for subject in filter(None, refused):
        with find(registry, IDatabase).writing() as session:
            if not _told_lately(session, subject, now - QUIET):
                registry.notify(CodeRefusedOften(session, subject, _stage(session, subject)))
                told += 1
    return told


def _told_lately(session: Session, subject: str, since: object) -> bool:
    statement = select(NoticeRow.id).where(
        NoticeRow.subject == subject, NoticeRow.kind == "refused_often", NoticeRow.at > since
    )
    return session.scalar(statement.limit(1)) is not None


def _stage(session: Session, subject: str) -> str:
    """Return the mode whose answer was refused last."""
    rows = audit_rows(session, action="sign_in.refused", target=subject, most=1)
    return str(rows[-1].details.get("stage", "")) if rows else ""


def prune(registry: Registry) -> None:
    """Job: forget notices after the time that a person may look them up."""
    before = current_time(registry) - RETENTION
    with find(registry, IDatabase).writing() as session:
        old = select(NoticeRow.id).where(NoticeRow.at < before)
        session.execute(delete(NoticeLinkRow).where(NoticeLinkRow.notice_id.in_(old)))
        session.execute(delete(NoticeRow).where(NoticeRow.at < before))
