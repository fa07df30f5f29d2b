"""Which mailboxes of accounts are believed. See :class:`~esea_auth_plugin.interfaces.IMailboxes`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, select, update
from sqlalchemy.orm import Session

from ..events import MailboxUnverified
from ..foundation.database import lock_accounts
from ..interfaces import DOUBTED_AT_FIRST_LINK, AccountState, DomainHeld, IAuditTrail
from ..normalise.emails import normalise_email
from ..pyramid_types import Registry
from ..services import current_time, find
from .address_changes import AddressChanges
from .models import Account

#: A closed account signs in no more; a pending one has proven nothing yet.
_LIVE = (AccountState.ACTIVE, AccountState.SUSPENDED)


class Mailboxes:
    """See the module."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def domains(self, session: Session) -> Sequence[DomainHeld]:
        believed = and_(Account.email_doubted_at.is_(None), Account.email_confirmed_at.is_not(None))
        statement = (
            select(
                Account.email_domain,
                func.count(),
                func.count(Account.email_doubted_at),
                func.min(case((believed, Account.email_confirmed_at))),
            )
            .where(Account.state.in_(_LIVE), Account.email_domain != "")
            .group_by(Account.email_domain)
            .order_by(Account.email_domain)
        )
        return [DomainHeld(*row) for row in session.execute(statement)]

    def subjects(self, session: Session, domain: str) -> Sequence[str]:
        return session.scalars(
            select(Account.subject).where(Account.email_domain == domain, Account.state.in_(_LIVE))
        ).all()

    def unverify(
        self,
        session: Session,
        domain: str,
        *,
        reason: str,
        confirmed_before: datetime | None = None,
        most: int | None = None,
    ) -> Sequence[str]:
        believed = [
            Account.email_domain == domain,
            Account.state.in_(_LIVE),
            Account.email_doubted_at.is_(None),
            Account.email_confirmed_at.is_not(None),
        ]
        if confirmed_before is not None:
            believed.append(Account.email_confirmed_at < confirmed_before)
        # Whoever has the domain now reads the links that its former addresses received.
        changes = find(self._registry, AddressChanges)
        former = changes.leading_from(session, domain)
        chosen = self._lock(session, *believed, most=most, also=former.values())
        changes.bar(session, former.keys())
        statement = (
            update(Account)
            .where(*believed, Account.subject.in_(chosen))
            .values(email_doubted_at=current_time(self._registry), email_doubt_reason=reason)
            .returning(Account.subject)
            .execution_options(synchronize_session=False)
        )
        subjects = sorted(session.scalars(statement))
        for subject in subjects:
            self._audit(session, "account.mailbox_doubted", subject, None, reason=reason)
            self._registry.notify(MailboxUnverified(session, subject, reason))
        return subjects

    def unverify_account(self, session: Session, subject: str, *, reason: str) -> bool:
        statement = (
            update(Account)
            .where(Account.subject == subject, Account.email_doubted_at.is_(None))
            .values(email_doubted_at=current_time(self._registry), email_doubt_reason=reason)
            .returning(Account.id)
            .execution_options(synchronize_session=False)
        )
        # Before it is told: the former address is as little the person's as the one that it was changed for.
        find(self._registry, AddressChanges).settle(session, subject, by=subject)
        if session.execute(statement).first() is None:
            return False
        self._audit(session, "account.mailbox_doubted", subject, subject, reason=reason)
        self._registry.notify(MailboxUnverified(session, subject, reason))
        return True

    def believe(self, session: Session, domain: str, *, by: str) -> Sequence[str]:
        doubted = (
            Account.email_domain == domain,
            Account.email_doubted_at.is_not(None),
            # The person removed that address: nothing that is found about its domain gives it back.
            Account.email_doubt_reason != DOUBTED_AT_FIRST_LINK,
        )
        chosen = self._lock(session, *doubted)
        if not chosen:
            return []
        statement = (
            update(Account)
            .where(*doubted, Account.subject.in_(chosen))
            .values(email_doubted_at=None, email_doubt_reason="")
            .returning(Account.subject)
            .execution_options(synchronize_session=False)
        )
        subjects = sorted(session.scalars(statement))
        for subject in subjects:
            self._audit(session, "account.mailbox_believed", subject, by)
        return subjects

    def confirmed(self, session: Session, subject: str, email: str) -> bool:
        now = current_time(self._registry)
        statement = (
            update(Account)
            .where(Account.subject == subject, Account.email == normalise_email(email))
            .values(email_confirmed_at=now, email_doubted_at=None, email_doubt_reason="")
            .returning(Account.id)
            .execution_options(synchronize_session=False)
        )
        if session.execute(statement).first() is None:
            return False
        self._audit(session, "account.email_confirmed", subject, subject)
        return True

    def believed(self, session: Session, address: str) -> bool:
        doubted = select(Account.id).where(
            Account.email == normalise_email(address), Account.email_doubted_at.is_not(None)
        )
        return session.execute(doubted.limit(1)).first() is None

    def _lock(
        self, session: Session, *which: ColumnElement[bool], most: int | None = None, also: Iterable[str] = ()
    ) -> Sequence[str]:
        """Lock the accounts that an update is about to change, which would lock them in no order; return them.

        :param also: accounts to lock with them, that are not returned.
        """
        found = session.scalars(select(Account.subject).where(*which).order_by(Account.subject).limit(most)).all()
        lock_accounts(self._registry, session, *found, *also)
        return found

    def _audit(self, session: Session, action: str, subject: str, by: str | None, **details: str) -> None:
        find(self._registry, IAuditTrail).record(session, action, actor=by, target=subject, details=details)
