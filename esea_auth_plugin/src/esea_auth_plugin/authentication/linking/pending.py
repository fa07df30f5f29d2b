"""Identities shown a moment ago: kept for the browser that showed them, taken once. See :class:`IPendingIdentities`.

Whoever has a card in hand and no account linked to it chooses: link it to an account, or sign up. The identity stays on
the server; the cookie that names it is worth nothing in another browser after it was taken.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ...foundation.database import new_id
from ...foundation.single_use import SingleUse
from ...foundation.web.cookies import drop_cookie, read_cookie, set_cookie
from ...interfaces import ISealer, PendingIdentity
from ...pyramid_types import PortalRequest, Registry
from ...services import find
from .models import PendingIdentityRow
from .sealed import seal, unseal

COOKIE = "identite"
TTL = timedelta(minutes=15)
SHOWN = SingleUse(PendingIdentityRow, "pending_identity", retention=timedelta(0))


class PendingIdentities:
    """See :class:`~esea_auth_plugin.interfaces.IPendingIdentities`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def keep(self, request: PortalRequest, session: Session, pending: PendingIdentity) -> None:
        """See the interface."""
        former, row_id = read_cookie(request, COOKIE), new_id()
        if former:
            session.execute(delete(PendingIdentityRow).where(SHOWN.named(former)))
        sealed = seal(self._sealer, pending, row_id)
        cookie, _ = SHOWN.issue(self._registry, session, TTL, id=row_id, sealed=sealed)
        set_cookie(request, COOKIE, cookie)

    def current(self, request: PortalRequest, session: Session) -> PendingIdentity | None:
        """See the interface."""
        cookie = read_cookie(request, COOKIE)
        row = SHOWN.peek(self._registry, session, SHOWN.named(cookie)) if cookie else None
        return unseal(self._sealer, row.sealed, row.id) if row is not None else None

    def take(self, request: PortalRequest, session: Session) -> PendingIdentity | None:
        """See the interface."""
        cookie = read_cookie(request, COOKIE)
        if not cookie:
            return None
        taken = SHOWN.redeem(self._registry, session, SHOWN.named(cookie))
        drop_cookie(request, COOKIE)
        return unseal(self._sealer, taken.sealed, taken.id) if taken is not None else None

    @property
    def _sealer(self) -> ISealer:
        return find(self._registry, ISealer)
