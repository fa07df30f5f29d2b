"""Challenges: random, sealed with what they are for, five minutes long, answered once.

The page carries the sealed challenge, so that showing a page writes nothing; what makes it good once is the row that
its answer inserts. It opens only in the browser that asked, for the person and the purpose it was made for: an answer
obtained elsewhere (another page, another sign-in, another person's phone) is worth nothing here.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ...foundation.database import IDatabase
from ...foundation.security import tokens
from ...foundation.security.sealing import SealBroken
from ...interfaces import ISealer
from ...pyramid_types import Registry
from ...services import current_time, find
from .models import AnsweredChallenge

_PURPOSE = "passkey.challenge"
TTL = timedelta(minutes=5)
#: Answers are remembered longer than a challenge lives (threat-model.md row 11).
_RETENTION = TTL + timedelta(minutes=5)


def bound(browser: str, subject: str | None, purpose: str) -> str:
    """Return what a challenge is bound to."""
    return f"{browser}|{subject or ''}|{purpose}"


class Challenges:
    """Makes and consumes challenges."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def new(self, *, browser: str, subject: str | None, purpose: str) -> tuple[bytes, str]:
        """Return a challenge of 256 bits and its sealed form."""
        challenge = tokens.new_token(256)
        sealed = json.dumps({"challenge": challenge, "at": current_time(self._registry).isoformat()}).encode()
        text = find(self._registry, ISealer).seal(sealed, purpose=_PURPOSE, bound_to=bound(browser, subject, purpose))
        return challenge.encode(), text

    def consume(
        self, session: Session, sealed: str, *, browser: str, subject: str | None, purpose: str
    ) -> bytes | None:
        """Return the challenge, once; ``None`` if it is not ours, not for this, too old, or answered already."""
        if not browser or not sealed or len(sealed) > 1_000:
            return None
        where = bound(browser, subject, purpose)
        try:
            opened = json.loads(find(self._registry, ISealer).open(sealed, purpose=_PURPOSE, bound_to=where))
        except (SealBroken, ValueError):
            return None
        now, challenge = current_time(self._registry), str(opened["challenge"])
        if now - datetime.fromisoformat(opened["at"]) > TTL:
            return None
        insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(AnsweredChallenge)
        statement = (
            insert.values(digest=tokens.digest(challenge, kind=_PURPOSE), ends_at=now + _RETENTION)
            .on_conflict_do_nothing()
            .returning(AnsweredChallenge.digest)
        )
        return challenge.encode() if session.execute(statement).first() is not None else None


def prune(registry: Registry) -> None:
    """Job: forget answered challenges that are too old to be answered again."""
    now = current_time(registry)
    with find(registry, IDatabase).writing() as session:
        session.execute(delete(AnsweredChallenge).where(AnsweredChallenge.ends_at < now))
