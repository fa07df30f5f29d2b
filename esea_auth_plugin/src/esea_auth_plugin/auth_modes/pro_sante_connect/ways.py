"""Ways to Pro Santé Connect and back: begun with a sign-in, their ``state`` consumed once at the return."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ...foundation.database import IDatabase
from ...foundation.single_use import SingleUse
from ...pyramid_types import Registry
from ...services import current_time, find
from .models import EcpsRequest, PscLogout, PscSession, PscWay

#: A person may look for their telephone, or activate an e-CPS meanwhile.
TTL = timedelta(minutes=15)
STATES = SingleUse(PscWay, "psc.state")


def set_out(registry: Registry, session: Session, attempt: str, state: str, at: datetime) -> None:
    """Remember a way that begins; the former ones of this attempt are over (a second tab, a step back)."""
    STATES.revoke(registry, session, PscWay.attempt == attempt)
    STATES.store(session, state, at + TTL, attempt=attempt, set_out_at=at)


def come_back(registry: Registry, attempt: str, state: str) -> datetime | None:
    """Consume a ``state``, in a transaction of its own; return when its way began, ``None`` if it is not good.

    Once means once: two requests that carry the same answer ask PSC for one token between them.
    """
    with find(registry, IDatabase).writing() as session:
        used = STATES.redeem(registry, session, STATES.named(state), PscWay.attempt == attempt)
        return used.set_out_at if used is not None else None


def prune(registry: Registry) -> None:
    """Job: delete what has ended; no check waits for it. A ``jti`` stays longer than its token could live."""
    now = current_time(registry)
    with find(registry, IDatabase).writing() as session:
        session.execute(delete(PscSession).where(PscSession.ends_at < now))
        session.execute(delete(PscLogout).where(PscLogout.ends_at < now - timedelta(hours=1)))
        session.execute(delete(EcpsRequest).where(EcpsRequest.ends_at < now - timedelta(hours=1)))


def now_of(registry: Registry) -> datetime:
    """Return the present moment."""
    return current_time(registry)
