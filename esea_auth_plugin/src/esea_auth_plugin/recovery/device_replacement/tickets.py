"""Tickets: who lost their device adds another one with it. A ticket is no session: nothing but one addition reads it.

It has a cookie, a key space and a table of its own (threat-model.md row 19), lasts half an hour, and serves once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ...foundation.single_use import AccountSingleUse
from ...foundation.web.cookies import drop_cookie, read_cookie, set_cookie
from ...interfaces import AccountState, AccountView, IAccounts
from ...pyramid_types import PortalRequest, Registry
from ...services import find
from .models import EnrolmentTicketRow

COOKIE = "nouveau-dispositif"
ADDRESS = "/connexion/nouveau-dispositif"
TTL = timedelta(minutes=30)
TICKETS = AccountSingleUse(EnrolmentTicketRow, "enrolment_ticket", retention=timedelta(days=1))


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
        cookie, _ = TICKETS.issue_to(self._registry, session, account, TTL, cause=cause)
        set_cookie(request, COOKIE, cookie, max_age=TTL)
        return ADDRESS

    def current(self, request: PortalRequest, session: Session) -> Ticket | None:
        """Return this browser's ticket, if it may be used at this moment by an active account."""
        cookie = read_cookie(request, COOKIE)
        if not cookie:
            return None
        row = TICKETS.peek(self._registry, session, TICKETS.named(cookie))
        if row is None:
            return None
        account = find(self._registry, IAccounts).by_subject(session, row.subject)
        if account is None or account.state is not AccountState.ACTIVE:
            return None
        return Ticket(row.id, account, row.cause, row.ends_at)

    def use(self, request: PortalRequest, session: Session, ticket: Ticket) -> bool:
        """Use it up once; ``False`` if another addition was quicker, or it is over."""
        drop_cookie(request, COOKIE)
        return TICKETS.redeem_of(self._registry, session, ticket.id, ticket.account.subject) is not None
