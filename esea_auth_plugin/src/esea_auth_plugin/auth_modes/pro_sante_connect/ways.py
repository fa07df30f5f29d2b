"""Ways to Pro Santé Connect and back: begun with a sign-in, their ``state`` consumed once at the return."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from ...foundation.database import IDatabase
from ...foundation.security import tokens
from ...pyramid_types import Registry
from ...services import current_time, find
from .models import EcpsRequest, PscLogout, PscSession, PscWay

KIND = "psc.state"
#: A person may look for their telephone, or activate an e-CPS meanwhile.
TTL = timedelta(minutes=15)


def set_out(session: Session, attempt: str, state: str, at: datetime) -> None:
    """Remember a way that begins; the former ones of this attempt are over (a second tab, a step back)."""
    session.execute(update(PscWay).where(PscWay.attempt == attempt, PscWay.used_at.is_(None)).values(used_at=at))
    session.add(PscWay(attempt=attempt, state_digest=tokens.digest(state, kind=KIND), set_out_at=at, ends_at=at + TTL))
    session.flush()


def come_back(registry: Registry, attempt: str, state: str) -> datetime | None:
    """Consume a ``state``, in a transaction of its own; return when its way began, ``None`` if it is not good.

    Once means once: two requests that carry the same answer ask PSC for one token between them.
    """
    now = current_time(registry)
    statement = (
        update(PscWay)
        .where(PscWay.state_digest == tokens.digest(state, kind=KIND), PscWay.attempt == attempt)
        .where(PscWay.used_at.is_(None), PscWay.ends_at > now)
        .values(used_at=now)
        .returning(PscWay.set_out_at)
    )
    with find(registry, IDatabase).writing() as session:
        return session.scalar(statement)


def prune(registry: Registry) -> None:
    """Job: delete what has ended; no check waits for it. A ``jti`` stays longer than its token could live."""
    now = current_time(registry)
    with find(registry, IDatabase).writing() as session:
        session.execute(delete(PscWay).where(PscWay.ends_at < now - timedelta(hours=1)))
        session.execute(delete(PscSession).where(PscSession.ends_at < now))
        session.execute(delete(PscLogout).where(PscLogout.ends_at < now - timedelta(hours=1)))
        session.execute(delete(EcpsRequest).where(EcpsRequest.ends_at < now - timedelta(hours=1)))


def now_of(registry: Registry) -> datetime:
    """Return the present moment."""
    return current_time(registry)
