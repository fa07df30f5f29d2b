"""Counts the devices of people: two are encouraged, and a portal can demand them (``esea_auth.second_means``)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from ...auth_modes.registry import modes_of
from ...interfaces import IClock, IPendingDevices
from ...services import find
from ...settings import AuthSettings
from .models import MeansRow

WANTED = 2
QUIET = timedelta(days=30)


class Means:
    """See :class:`~esea_auth_plugin.interfaces.IMeans`."""

    def __init__(self, registry: Any) -> None:
        self._registry = registry

    @property
    def demanded(self) -> bool:
        """Whether services open only to who has two."""
        return self._wish == "demanded"

    def lacking(self, session: Session, account: str) -> bool:
        """See the interface."""
        if not self.demanded:
            return False
        row = session.get(MeansRow, account)
        return row is None or row.held < WANTED

    def reminds(self, session: Session, account: str) -> bool:
        """Tell whether the reminder is shown to this person now."""
        if self._wish == "silent":
            return False
        row = session.get(MeansRow, account)
        return row is not None and row.held < WANTED and (row.quiet_until is None or row.quiet_until <= self._now())

    def recount(self, session: Session, account: str) -> None:
        """Count again: the person has signed in, or a device came, was confirmed or went."""
        if self._wish == "silent":
            return
        pending = find(self._registry, IPendingDevices).of(session, account)
        held = sum(
            held.reference not in pending.get(mode.name, ())
            for mode in modes_of(self._registry).all()
            for held in mode.credentials(session, account)
        )
        row = session.get(MeansRow, account)
        if row is None:
            session.add(MeansRow(subject=account, held=held, quiet_until=None))
        elif row.held != held:
            row.held = held
        session.flush()

    def later(self, session: Session, account: str) -> None:
        """Don't remind for a month."""
        quiet = update(MeansRow).where(MeansRow.subject == account).values(quiet_until=self._now() + QUIET)
        session.execute(quiet)

    @property
    def _wish(self) -> str:
        return find(self._registry, AuthSettings).second_means

    def _now(self) -> datetime:
        return find(self._registry, IClock).now()
