"""Counts the answers of a sign-in to a mode, each before it is judged (threat-model.md row 10)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from ....foundation.database import IDatabase
from ....interfaces import IClock
from ....pyramid_types import Registry
from ....services import find
from .models import TriesRow

#: No sign-in lives so long.
KEPT = timedelta(hours=2)


class Tries:
    """The tries at one mode. :ivar most: how many a sign-in may have."""

    def __init__(self, mode: str, most: int = 5) -> None:
        self._mode = mode
        self.most = most

    def begin(self, session: Session, sign_in: str, at: datetime) -> None:
        """Begin to count, once a stage begins; a stage that begins again goes on counting."""
        if session.get(TriesRow, (sign_in, self._mode)) is None:
            session.add(TriesRow(sign_in=sign_in, mode=self._mode, tries=0, begun_at=at))
            session.flush()

    def take(self, session: Session, sign_in: str) -> int | None:
        """Count one answer and return its number; ``None``: there were enough, it must not be judged.

        One conditional update: 200 answers at the same moment are at most five comparisons.
        """
        statement = (
            update(TriesRow)
            .where(TriesRow.sign_in == sign_in, TriesRow.mode == self._mode, TriesRow.tries < self.most)
            .values(tries=TriesRow.tries + 1)
            .returning(TriesRow.tries)
            .execution_options(synchronize_session=False)
        )
        return session.execute(statement).scalar()


def prune(registry: Registry) -> None:
    """Job: delete the counts of sign-ins that are over."""
    before = find(registry, IClock).now() - KEPT
    with find(registry, IDatabase).writing() as session:
        session.execute(delete(TriesRow).where(TriesRow.begun_at < before))
