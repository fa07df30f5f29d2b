"""The highest level that somebody owns: what the modes that they can use now, on this portal, would reach."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from ...foundation.permissions.evaluation import PORTAL
from ...interfaces import Factor, ICatalogue, IPendingDevices, Level, ModeStatus
from ...levels import level_of_factors
from ...pyramid_types import Registry
from ...services import current_time, find
from ..contract import AuthMode
from ..registry import modes_of


def reach_of(mode: AuthMode) -> Level:
    """Return the level that a whole sign-in with this mode reaches."""
    return level_of_factors({*mode.factors, *mode.after})


def can_use(session: Session, mode: AuthMode, subject: str, pending: Mapping[str, frozenset[str]]) -> bool:
    """Tell whether the person can sign in with the mode now: not if all that they hold of it waits to be confirmed.

    :param pending: see :meth:`IPendingDevices.of`.
    """
    if not mode.usable_by(session, subject):
        return False
    waiting = pending.get(mode.rests_on or mode.name)
    if not waiting:
        return True
    modes = modes_of(mode.registry)
    holder = modes.get(mode.rests_on) if mode.rests_on else mode
    return holder is None or any(held.reference not in waiting for held in holder.credentials(session, subject))


def is_admitted(registry: Registry, mode: AuthMode, now: datetime) -> bool:
    """Tell whether the portal itself admits the mode at this moment."""
    catalogue = find(registry, ICatalogue)
    portal = catalogue.get(PORTAL)
    return portal is None or catalogue.status_of(portal, mode.name, now) is ModeStatus.OPEN


class MaximumLevel:
    """See :class:`~esea_auth_plugin.interfaces.IMaximumLevel`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def of(self, session: Session, subject: str) -> Level:
        """See the interface. A mode that the portal does not admit today can't be asked for: it doesn't count.

        Mailed codes count even while they are barred: a thief who lets them be barred must not bring what the account
        owns down to its password.
        """
        now = current_time(self._registry)
        pending = find(self._registry, IPendingDevices).of(session, subject)
        usable = [mode for mode in modes_of(self._registry).all() if can_use(session, mode, subject, pending)]
        proven: set[Factor] = {factor for mode in usable if not mode.after for factor in mode.factors}
        reached = [reach_of(mode) for mode in usable if mode.after <= proven and is_admitted(self._registry, mode, now)]
        return max(reached, default=Level.NONE)
