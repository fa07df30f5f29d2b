"""The highest level that somebody owns: what the modes that they can use now, on this portal, would reach."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ..auth_modes.base import AuthMode
from ..auth_modes.registry import modes_of
from ..interfaces import Factor, IAccounts, ICatalogue, IClock, Level, ModeStanding
from ..levels import level_of_factors, mail_code_barred
from ..services import find
from .judge import PORTAL


def reach_of(mode: AuthMode, *, barred: bool = False) -> Level:
    """Return the level that a whole sign-in with this mode reaches.

    :param barred: mailed codes show nothing for the account now.
    """
    return level_of_factors({*mode.factors, *mode.after}, mail_code_barred=barred)


class OwnedLevel:
    """See :class:`~esea_auth_plugin.interfaces.IOwnedLevel`."""

    def __init__(self, registry: Any) -> None:
        self._registry = registry

    def of(self, session: Session, subject: str) -> Level:
        """See the interface. A mode that the portal does not admit today can't be asked for: it doesn't count."""
        now = find(self._registry, IClock).now()
        barred = mail_code_barred(find(self._registry, IAccounts).by_subject(session, subject), now)
        usable = [mode for mode in modes_of(self._registry).all() if mode.usable_by(session, subject)]
        proven: set[Factor] = {factor for mode in usable if not mode.after for factor in mode.factors}
        reached = [
            reach_of(mode, barred=barred) for mode in usable if mode.after <= proven and self._admitted(mode, now)
        ]
        return max(reached, default=Level.NONE)

    def _admitted(self, mode: AuthMode, now: datetime) -> bool:
        catalogue = find(self._registry, ICatalogue)
        portal = catalogue.get(PORTAL)
        return portal is None or catalogue.standing(portal, mode.name, now) is ModeStanding.OPEN
