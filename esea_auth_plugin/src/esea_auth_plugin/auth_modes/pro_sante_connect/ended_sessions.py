"""Sessions that Pro Santé Connect has ended, remembered: a sign-in that rests on one and is finishing opens nothing.

A back-channel logout finds the portal's sessions that rest on the one it names. One that is being opened at that
moment is in a transaction that nobody sees yet. Both therefore hold the same advisory lock of PostgreSQL, by the
session's name: whoever comes second sees what the first has written. On SQLite writing transactions are alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ...foundation.database import IDatabase
from ...foundation.security import tokens
from ...pyramid_types import Registry
from ...services import find
from .models import PscLogout
from .tokens import LogoutToken

if TYPE_CHECKING:
    from .arrivals import Who

#: PSC's session lives four hours at most: nobody comes with one that ended before.
RETENTION = timedelta(hours=4)


def remember(registry: Registry, told: LogoutToken, issuer: str, at: datetime) -> None:
    """Remember, in a transaction of its own, that a session ended (all those of its person, without ``sid``).

    It is over before the portal's own sessions are looked for: those that were being opened are there by then.
    """
    key = _key(issuer, told.sid, "") if told.sid else _key(issuer, "", told.sub)
    with find(registry, IDatabase).writing() as session:
        on_postgresql = session.get_bind().dialect.name == "postgresql"
        if on_postgresql:
            session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
        insert = (postgresql if on_postgresql else sqlite).insert(PscLogout)
        values = {"ends_at": at + RETENTION}
        session.execute(
            insert.values(jti_digest=key, **values).on_conflict_do_update(index_elements=["jti_digest"], set_=values)
        )


def is_over(session: Session, issuer: str, who: Who) -> bool:
    """Tell whether PSC has ended the session that somebody comes with; holds its name until the transaction ends."""
    by_sid, by_sub = _key(issuer, who.sid, ""), _key(issuer, "", who.sub)
    if session.get_bind().dialect.name == "postgresql":
        for key in sorted((by_sid, by_sub)):
            session.execute(select(func.pg_advisory_xact_lock_shared(func.hashtextextended(key, 0))))
    rows = session.execute(
        select(PscLogout.jti_digest, PscLogout.ends_at).where(PscLogout.jti_digest.in_((by_sid, by_sub)))
    )
    ended = {row.jti_digest: row.ends_at - RETENTION for row in rows}
    if by_sid in ended:
        return True
    # All of a person's sessions ended at a moment: one that began later, in whole seconds, is another one.
    return by_sub in ended and who.auth_time < ended[by_sub].replace(microsecond=0)


def _key(issuer: str, sid: str, sub: str) -> str:
    return tokens.digest(f"{issuer}|{sid}|{sub}", kind="psc.ended")
