"""Counts the answers of a sign-in to a mode, each before it is judged (threat-model.md row 10)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from ....foundation.database import IDatabase
from ....pyramid_types import Registry
from ....services import current_time, find
from .models import FailureCounterRow

#: No sign-in lives so long.
RETENTION = timedelta(hours=2)


class FailureCounter:
    """The tries at one mode. :ivar most: how many a sign-in may have."""

    def __init__(self, mode: str, most: int = 5) -> None:
        self._mode = mode
        self.most = most

    def begin(self, session: Session, sign_in: str, at: datetime) -> None:
        """Begin to count, once a stage begins; a stage that begins again goes on counting."""
        if session.get(FailureCounterRow, (sign_in, self._mode)) is None:
            session.add(FailureCounterRow(sign_in=sign_in, mode=self._mode, tries=0, begun_at=at))
            session.flush()

    def take(self, session: Session, sign_in: str) -> int | None:
        """Count one answer and return its number; ``None``: there were enough, it must not be judged.

        One conditional update: 200 answers at the same moment are at most five comparisons.
        """
        statement = (
            update(FailureCounterRow)
            .where(
                FailureCounterRow.sign_in == sign_in,
                FailureCounterRow.mode == self._mode,
                FailureCounterRow.tries < self.most,
            )
            .values(tries=FailureCounterRow.tries + 1)
            .returning(FailureCounterRow.tries)
            .execution_options(synchronize_session=False)
        )
        return session.execute(statement).scalar()


def prune(registry: Registry) -> None:
    """Job: delete the counts of sign-ins that are over."""
    before = current_time(registry) - RETENTION
    with find(registry, IDatabase).writing() as session:
        session.execute(delete(FailureCounterRow).where(FailureCounterRow.begun_at < before))
