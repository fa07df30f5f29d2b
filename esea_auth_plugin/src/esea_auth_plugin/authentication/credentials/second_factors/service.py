"""Counts the devices of people: two are encouraged, and a portal can demand them (``esea_auth.second_means``)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ....foundation.database import lock_accounts
from ....interfaces import IAccounts, Identity, IMaximumLevel, IPendingDevices
from ....pyramid_types import Registry
from ....services import current_time, find
from ....settings import WANTED_MEANS, AuthSettings
from ...registry import modes_of
from .models import ReminderRow

QUIET = timedelta(days=30)


class SecondFactors:
    """See :class:`~esea_auth_plugin.interfaces.IMeans`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def reminds(self, session: Session, identity: Identity) -> bool:
        """Tell whether the reminder is shown to this person now; one query at most."""
        if identity.devices_held >= WANTED_MEANS or find(self._registry, AuthSettings).second_means == "silent":
            return False
        row = session.get(ReminderRow, identity.subject)
        return row is None or row.quiet_until <= current_time(self._registry)

    def recount(self, session: Session, account: str) -> None:
        """See the interface."""
        pending = find(self._registry, IPendingDevices).of(session, account)
        held = sum(
            held.reference not in pending.get(mode.name, ())
            for mode in modes_of(self._registry).all()
            for held in mode.credentials(session, account)
        )
        owned = find(self._registry, IMaximumLevel).of(session, account)
        find(self._registry, IAccounts).note_devices(session, account, held=held, owned=owned)

    def later(self, session: Session, account: str) -> None:
        """Don't remind for a month."""
        lock_accounts(self._registry, session, account)
        session.execute(delete(ReminderRow).where(ReminderRow.subject == account))
        session.add(ReminderRow(subject=account, quiet_until=current_time(self._registry) + QUIET))
        session.flush()
