"""Closes accounts for their owners, and lets the support open them again while there is something to open."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ...foundation.database import lock_accounts
from ...interfaces import AccountState, AccountView, Closing, IAccounts, IAuditTrail, IOutbox
from ...pyramid_types import Registry
from ...services import current_time, find
from .models import ClosingRow

#: How long a closed account may be opened again, and its profile stays.
RETENTION_FOR = timedelta(days=30)


class Closings:
    """See :class:`~esea_auth_plugin.interfaces.IClosings`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def close(self, session: Session, account: AccountView, *, address: str) -> Closing | None:
        """See the interface."""
        accounts, subject = find(self._registry, IAccounts), account.subject
        if not accounts.set_state(session, subject, AccountState.CLOSED, reason="owner", by=subject):
            return None
        now = current_time(self._registry)
        session.add(ClosingRow(subject=subject, closed_at=now, erase_at=now + RETENTION_FOR))
        session.flush()
        trail = find(self._registry, IAuditTrail)
        trail.record(session, "closing.asked", actor=subject, target=subject, personal={"address": address})
        find(self._registry, IOutbox).post(
            session,
            "closing.closed",
            to=account.email,
            values={"name": account.display_name, "until": now + RETENTION_FOR},
        )
        return Closing(subject, now, now + RETENTION_FOR)

    def live(self, session: Session, subject: str) -> Closing | None:
        """See the interface."""
        row = session.get(ClosingRow, subject, populate_existing=True)
        if row is None or row.erased_at is not None or row.erase_at <= current_time(self._registry):
            return None
        return Closing(row.subject, row.closed_at, row.erase_at)

    def reopen(self, session: Session, account: AccountView, *, by: str) -> bool:
        """See the interface."""
        lock_accounts(self._registry, session, account.subject)
        undone = (
            delete(ClosingRow)
            .where(ClosingRow.subject == account.subject, ClosingRow.erased_at.is_(None))
            .where(ClosingRow.erase_at > current_time(self._registry))
            .returning(ClosingRow.subject)
            .execution_options(synchronize_session=False)
        )
        if session.execute(undone).first() is None:
            return False
        if not find(self._registry, IAccounts).reopen(session, account.subject, by=by):
            return False
        find(self._registry, IAuditTrail).record(session, "closing.cancelled", actor=by, target=account.subject)
        find(self._registry, IOutbox).post(
            session, "closing.reopened", to=account.email, values={"name": account.display_name}
        )
        return True
