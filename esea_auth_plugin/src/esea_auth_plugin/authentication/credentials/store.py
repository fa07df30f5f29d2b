"""Enrolments under way: begun, read by their session, remembered, finished once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ...foundation.database import IDatabase, new_id
from ...interfaces import Identity, ISealer
from ...pyramid_types import Registry
from ...services import current_time, find
from .models import EnrolmentRow

_STATE = "devices.enrolment"
TTL = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An enrolment under way, detached from the database."""

    id: str
    mode: str
    subject: str
    session_id: str
    state: Mapping[str, object]


class EnrolmentStore:
    """Reads and writes :class:`EnrolmentRow`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def new(self, identity: Identity, mode: str) -> Enrolment:
        """Return one that is not stored yet."""
        return Enrolment(new_id(), mode, identity.subject, identity.session_id, {})

    def current(self, session: Session, identity: Identity, mode: str) -> Enrolment | None:
        """Return what this session is adding in this mode."""
        row = session.scalar(
            select(EnrolmentRow)
            .where(EnrolmentRow.session_id == identity.session_id, EnrolmentRow.subject == identity.subject)
            .where(
                EnrolmentRow.mode == mode,
                EnrolmentRow.done_at.is_(None),
                EnrolmentRow.ends_at > current_time(self._registry),
            )
            .order_by(EnrolmentRow.created_at.desc())
            .limit(1)
        )
        if row is None:
            return None
        state = find(self._registry, ISealer).open(row.state, purpose=_STATE, bound_to=row.id) if row.state else b"{}"
        return Enrolment(row.id, row.mode, row.subject, row.session_id, json.loads(state))

    def start(self, session: Session, enrolment: Enrolment, state: Mapping[str, object]) -> None:
        """Store one; what this session was adding in the mode before is over."""
        now = current_time(self._registry)
        session.execute(
            delete(EnrolmentRow).where(
                EnrolmentRow.session_id == enrolment.session_id, EnrolmentRow.mode == enrolment.mode
            )
        )
        session.add(
            EnrolmentRow(
                id=enrolment.id,
                session_id=enrolment.session_id,
                subject=enrolment.subject,
                mode=enrolment.mode,
                state=self._sealed(enrolment.id, state),
                created_at=now,
                ends_at=now + TTL,
            )
        )
        session.flush()

    def remember(self, session: Session, enrolment: Enrolment, state: Mapping[str, object]) -> None:
        """Keep what the mode asked to remember."""
        session.execute(
            update(EnrolmentRow)
            .where(EnrolmentRow.id == enrolment.id, EnrolmentRow.done_at.is_(None))
            .values(state=self._sealed(enrolment.id, state))
        )

    def finish(self, session: Session, enrolment: Enrolment) -> bool:
        """End it once; ``False`` if it was ended before, or its time is over."""
        statement = (
            update(EnrolmentRow)
            .where(
                EnrolmentRow.id == enrolment.id,
                EnrolmentRow.done_at.is_(None),
                EnrolmentRow.ends_at > current_time(self._registry),
            )
            .values(done_at=current_time(self._registry), state="")
            .returning(EnrolmentRow.id)
        )
        return session.execute(statement).first() is not None

    def close_all(self, session: Session, subject: str) -> None:
        """End every enrolment of a person."""
        session.execute(delete(EnrolmentRow).where(EnrolmentRow.subject == subject))

    def _sealed(self, row_id: str, state: Mapping[str, object]) -> str:
        if not state:
            return ""
        return find(self._registry, ISealer).seal(json.dumps(dict(state)).encode(), purpose=_STATE, bound_to=row_id)


def prune(registry: Registry) -> None:
    """Job: delete what is over; no check waits for it."""
    now = current_time(registry)
    with find(registry, IDatabase).writing() as session:
        session.execute(delete(EnrolmentRow).where(EnrolmentRow.ends_at < now))
