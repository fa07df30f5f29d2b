"""Tickets: who lost their device adds another one with it. A ticket is no session: nothing but one addition reads it.

It has a cookie, a key space and a table of its own (threat-model.md row 19), lasts half an hour, and serves once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from ...foundation.database import IDatabase, lock_accounts, new_id
from ...foundation.security import tokens
from ...foundation.web.cookies import drop_cookie, read_cookie, set_cookie
from ...interfaces import AccountState, AccountView, IAccounts
from ...pyramid_types import PortalRequest, Registry
from ...services import current_time, find
from .models import EnrolmentTicketRow

COOKIE = "nouveau-dispositif"
KIND = "enrolment_ticket"
ADDRESS = "/connexion/nouveau-dispositif"
TTL = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A live ticket: whose, why, until when."""

    id: str
    account: AccountView
    cause: str
    ends_at: datetime


class Tickets:
    """Gives, reads and uses up tickets."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def issue(self, request: PortalRequest, session: Session, account: str, *, cause: str) -> str:
        """See :class:`~esea_auth_plugin.interfaces.IEnrolmentTickets`."""
        now, cookie = current_time(self._registry), tokens.new_token()
        lock_accounts(self._registry, session, account)
        self.close_all(session, account)
        session.add(
            EnrolmentTicketRow(
                id=new_id(),
                cookie_digest=tokens.digest(cookie, kind=KIND),
                subject=account,
                cause=cause,
                created_at=now,
                ends_at=now + TTL,
            )
        )
        session.flush()
        set_cookie(request, COOKIE, cookie, max_age=TTL)
        return ADDRESS

    def current(self, request: PortalRequest, session: Session) -> Ticket | None:
        """Return this browser's ticket, if it may be used at this moment by an active account."""
        cookie = read_cookie(request, COOKIE)
        if not cookie:
            return None
        digest = tokens.digest(cookie, kind=KIND)
        row = session.scalar(select(EnrolmentTicketRow).where(EnrolmentTicketRow.cookie_digest == digest))
        if row is None or row.used_at is not None or row.ends_at <= current_time(self._registry):
            return None
        account = find(self._registry, IAccounts).by_subject(session, row.subject)
        if account is None or account.state is not AccountState.ACTIVE:
            return None
        return Ticket(row.id, account, row.cause, row.ends_at)

    def use(self, request: PortalRequest, session: Session, ticket: Ticket) -> bool:
        """Use it up once; ``False`` if another addition was quicker, or it is over."""
        now = current_time(self._registry)
        used = (
            update(EnrolmentTicketRow)
            .where(EnrolmentTicketRow.id == ticket.id, EnrolmentTicketRow.used_at.is_(None))
            .where(EnrolmentTicketRow.ends_at > now)
            .values(used_at=now)
            .execution_options(synchronize_session=False)
        )
        drop_cookie(request, COOKIE)
        return cast("CursorResult[Any]", session.execute(used)).rowcount == 1

    def close_all(self, session: Session, subject: str) -> None:
        """End every ticket of a person."""
        session.execute(delete(EnrolmentTicketRow).where(EnrolmentTicketRow.subject == subject))


def prune(registry: Registry) -> None:
    """Job: delete tickets that ended over a day ago; no check waits for it."""
    before = current_time(registry) - timedelta(days=1)
    with find(registry, IDatabase).writing() as session:
        session.execute(delete(EnrolmentTicketRow).where(EnrolmentTicketRow.ends_at < before))
