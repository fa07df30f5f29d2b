"""Rights of people to open services. A right ends with what gave it, in the same transaction (threat-model.md row 4).

The end of a right is compared at use: no clean-up job has to run for it to stop opening doors.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from ..events import AccountActivated, AccountClosed, GrantChanged
from ..foundation.database import lock_accounts
from ..interfaces import IAuditTrail, IClock, ISealer
from ..pyramid_types import Registry, Source
from ..services import find
from .models import AccessGrant, GrantHold

EXPIRED = "échéance"
_PURPOSE = "grant.ended_reason"


class Grants:
    """See :class:`~esea_auth_plugin.interfaces.IGrants`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._clock = find(registry, IClock)
        self._audit = find(registry, IAuditTrail)

    def services_of(self, session: Session, subject: str) -> frozenset[str]:
        """See the interface."""
        held = exists().where(GrantHold.subject == subject)
        query = select(AccessGrant.service).where(AccessGrant.subject == subject, ~held, *_valid(self._clock.now()))
        return frozenset(session.scalars(query))

    def give(
        self,
        session: Session,
        subject: str,
        service: str,
        *,
        request_id: str | None,
        given_by: str,
        until: datetime | None = None,
        reason: str = "",
    ) -> None:
        """See the interface."""
        now = self._clock.now()
        lock_accounts(self._registry, session, subject)
        # One that ran out by its date is closed first, so that its history stays and the live one is unique.
        session.execute(
            update(AccessGrant)
            .where(_is(subject, service), AccessGrant.ended_at.is_(None), AccessGrant.valid_until <= now)
            .values(ended_at=now, sealed_reason=EXPIRED)
        )
        prolonged = session.scalars(
            update(AccessGrant)
            .where(_is(subject, service), AccessGrant.ended_at.is_(None))
            .values(valid_until=until, request_id=request_id, given_by=given_by)
            .returning(AccessGrant.id)
        ).all()
        if not prolonged:
            session.add(
                AccessGrant(
                    subject=subject,
                    service=service,
                    request_id=request_id,
                    given_by=given_by,
                    valid_from=now,
                    valid_until=until,
                )
            )
            session.flush()
        details = {"service": service, "prolonged": bool(prolonged), "request": request_id or ""}
        personal = {"reason": reason} if reason else {}
        self._audit.record(session, "grant.given", actor=given_by, target=subject, details=details, personal=personal)
        self._registry.notify(GrantChanged(session, subject, service, True))

    def withdraw(self, session: Session, subject: str, service: str, *, reason: str, by: str | None = None) -> bool:
        """See the interface."""
        lock_accounts(self._registry, session, subject)
        return bool(self._end(session, _is(subject, service), reason=reason, by=by))

    def withdraw_for_request(self, session: Session, request_id: str, *, reason: str) -> int:
        """See the interface."""
        theirs = AccessGrant.request_id == request_id
        people = session.scalars(select(AccessGrant.subject).where(theirs).distinct()).all()
        if not people:
            return 0
        lock_accounts(self._registry, session, *people)
        return self._end(session, theirs, reason=reason)

    def withdraw_all(self, session: Session, subject: str, *, reason: str) -> int:
        """End every right of a person; return how many."""
        lock_accounts(self._registry, session, subject)
        return self._end(session, AccessGrant.subject == subject, reason=reason)

    def hold(self, session: Session, subject: str, *, request_id: str) -> None:
        """See the interface."""
        lock_accounts(self._registry, session, subject)
        services = self.services_of(session, subject)
        session.add(GrantHold(request_id=request_id, subject=subject, since=self._clock.now()))
        session.flush()
        details = {"request": request_id, "services": sorted(services)}
        self._audit.record(session, "grant.held", target=subject, details=details)
        for service in sorted(services):
            self._registry.notify(GrantChanged(session, subject, service, False))

    def release(self, session: Session, request_id: str, *, by: str) -> bool:
        """See the interface."""
        held_by = session.scalar(select(GrantHold.subject).where(GrantHold.request_id == request_id))
        lock_accounts(self._registry, session, held_by)
        statement = delete(GrantHold).where(GrantHold.request_id == request_id).returning(GrantHold.subject)
        subject = session.scalar(statement)
        if subject is None:
            return False
        services = self.services_of(session, subject)
        details = {"request": request_id, "services": sorted(services)}
        self._audit.record(session, "grant.released", actor=by, target=subject, details=details)
        for service in sorted(services):
            self._registry.notify(GrantChanged(session, subject, service, True))
        return True

    def _end(self, session: Session, which: ColumnElement[bool], *, reason: str, by: str | None = None) -> int:
        ended = session.execute(
            update(AccessGrant)
            .where(which, AccessGrant.ended_at.is_(None))
            .values(ended_at=self._clock.now())
            .returning(AccessGrant.id, AccessGrant.subject, AccessGrant.service)
        ).all()
        if ended:
            sealer = find(self._registry, ISealer)
            values = [
                {"id": row.id, "sealed_reason": sealer.seal_text(reason[:200], purpose=_PURPOSE, bound_to=row.id)}
                for row in ended
            ]
            session.execute(update(AccessGrant), values)
        for _, subject, service in ended:
            details = {"service": service}
            self._audit.record(
                session, "grant.withdrawn", actor=by, target=subject, details=details, personal={"reason": reason}
            )
            self._registry.notify(GrantChanged(session, subject, service, False))
        return len(ended)


def ended_reason_of(source: Source, row: AccessGrant) -> str:
    """Return why a right ended, in words. :param source: a registry or a request."""
    if row.sealed_reason == EXPIRED:
        return EXPIRED
    return find(source, ISealer).open_text(row.sealed_reason, purpose=_PURPOSE, bound_to=row.id)


def end_grants_of(registry: Registry, event: AccountClosed) -> None:
    """End the rights of an account that is closed, or hold them while it is suspended, in that same transaction.

    A suspension is held under the account's own subject: there is one at a time.
    """
    grants = Grants(registry)
    if event.suspended:
        grants.hold(event.session, event.subject, request_id=event.subject)
        return
    grants.withdraw_all(event.session, event.subject, reason=event.reason or "compte fermé")
    event.session.execute(delete(GrantHold).where(GrantHold.request_id == event.subject))


def restore_grants_of(registry: Registry, event: AccountActivated) -> None:
    """Let the rights that a suspension held open their services again; those that ended meanwhile stay ended."""
    Grants(registry).release(event.session, event.subject, by=event.by or event.subject)


def _is(subject: str, service: str) -> ColumnElement[bool]:
    return (AccessGrant.subject == subject) & (AccessGrant.service == service)


def _valid(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        AccessGrant.ended_at.is_(None),
        AccessGrant.valid_from <= now,
        or_(AccessGrant.valid_until.is_(None), AccessGrant.valid_until > now),
    )
