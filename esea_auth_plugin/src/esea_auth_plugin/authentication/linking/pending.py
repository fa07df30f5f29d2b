"""Identities shown a moment ago: kept for the browser that showed them, taken once. See :class:`IPendingIdentities`.

Whoever has a card in hand and no account linked to it chooses: link it to an account, or sign up. The identity stays on
the server; the cookie that names it is worth nothing in another browser after it was taken.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ...foundation.database import IDatabase, new_id
from ...foundation.security import tokens
from ...foundation.web.cookies import drop_cookie, read_cookie, set_cookie
from ...interfaces import ISealer, PendingIdentity
from ...pyramid_types import PortalRequest, Registry
from ...services import current_time, find
from .models import PendingIdentityRow as Row
from .sealed import seal, unseal

COOKIE = "identite"
KIND = "pending_identity"
TTL = timedelta(minutes=15)


class PendingIdentities:
    """See :class:`~esea_auth_plugin.interfaces.IPendingIdentities`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def keep(self, request: PortalRequest, session: Session, pending: PendingIdentity) -> None:
        """See the interface."""
        former = self._digest(request)
        if former:
            session.execute(delete(Row).where(Row.cookie_digest == former))
        cookie, row_id = tokens.new_token(256), new_id()
        session.add(
            Row(
                id=row_id,
                cookie_digest=tokens.digest(cookie, kind=KIND),
                sealed=seal(self._sealer, pending, row_id),
                ends_at=current_time(self._registry) + TTL,
            )
        )
        session.flush()
        set_cookie(request, COOKIE, cookie)

    def current(self, request: PortalRequest, session: Session) -> PendingIdentity | None:
        """See the interface."""
        digest = self._digest(request)
        if not digest:
            return None
        row = session.scalar(select(Row).where(Row.cookie_digest == digest, Row.taken_at.is_(None)))
        if row is None or row.ends_at <= current_time(self._registry):
            return None
        return unseal(self._sealer, row.sealed, row.id)

    def take(self, request: PortalRequest, session: Session) -> PendingIdentity | None:
        """See the interface."""
        digest = self._digest(request)
        if not digest:
            return None
        statement = (
            update(Row)
            .where(Row.cookie_digest == digest, Row.taken_at.is_(None), Row.ends_at > current_time(self._registry))
            .values(taken_at=current_time(self._registry))
            .returning(Row.id, Row.sealed)
        )
        taken = session.execute(statement).first()
        drop_cookie(request, COOKIE)
        return unseal(self._sealer, taken.sealed, taken.id) if taken is not None else None

    @property
    def _sealer(self) -> ISealer:
        return find(self._registry, ISealer)

    def _digest(self, request: PortalRequest) -> str:
        cookie = read_cookie(request, COOKIE)
        return tokens.digest(cookie, kind=KIND) if cookie else ""


def prune(registry: Registry) -> None:
    """Job: delete what was taken or is over; no check waits for it."""
    now = current_time(registry)
    with find(registry, IDatabase).writing() as session:
        session.execute(delete(Row).where((Row.ends_at <= now) | Row.taken_at.is_not(None)))
