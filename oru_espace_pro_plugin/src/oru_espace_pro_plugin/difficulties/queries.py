"""Reads difficulties: lists, one with its history, and what is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from esea_auth_plugin.interfaces import Identity, ISealer
from esea_auth_plugin.pyramid_types import Registry
from esea_auth_plugin.services import find

from ..interfaces import IDirectory
from ..settings import OruSettings
from .catalogue import Catalogue, load
from .machine import OPEN, Act, Party, State
from .models import DifficultyEventRow, DifficultyRow
from .records import Difficulty, Event, Filter, view_of
from .rights import parties_of, samus_of

PURPOSE = "oru.difficulty"
#: A difficulty without news is lifted so long after its expected end.
SILENT_AFTER_END = timedelta(hours=12)


class Readings:
    """Reads difficulties."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    @property
    def catalogue(self) -> Catalogue:
        """What may be declared."""
        return load(find(self._registry, OruSettings).difficulties_file)

    def listed(self, session: Session, wanted: Filter, *, limit: int, after: int = 0) -> Sequence[Difficulty]:
        """Return difficulties: open ones unanswered requests first, then by level; closed ones youngest first."""
        query = select(DifficultyRow).where(*_conditions(wanted))
        if wanted.closed:
            query = query.order_by(DifficultyRow.declared_at.desc(), DifficultyRow.id)
        else:
            waiting = (DifficultyRow.state == State.DECLARED) & DifficultyRow.answer_due_at.is_not(None)
            query = query.order_by(
                waiting.desc(), DifficultyRow.level.desc(), DifficultyRow.declared_at.desc(), DifficultyRow.id
            )
        return [view_of(row) for row in session.scalars(query.limit(limit).offset(after))]

    def count(self, session: Session, wanted: Filter) -> int:
        """Return how many a filter matches."""
        return session.scalar(select(func.count()).select_from(DifficultyRow).where(*_conditions(wanted))) or 0

    def stamp(self, session: Session) -> tuple[int, datetime | None]:
        """Return what changes whenever any open difficulty does: how many there are, and the last change of all."""
        row = session.execute(
            select(func.count(), select(func.max(DifficultyRow.changed_at)).scalar_subquery()).where(
                DifficultyRow.state.in_(OPEN)
            )
        ).one()
        return row[0], row[1]

    def get(self, session: Session, difficulty_id: str) -> Difficulty | None:
        """Return one difficulty."""
        row = session.get(DifficultyRow, difficulty_id)
        return view_of(row) if row is not None else None

    def text(self, session: Session, difficulty_id: str) -> str:
        """Return what the declarant wrote."""
        row = session.get_one(DifficultyRow, difficulty_id)
        return self._opened(row.sealed_text, difficulty_id)

    def history(self, session: Session, difficulty_id: str) -> Sequence[Event]:
        """Return the acts, the oldest first."""
        rows = session.scalars(
            select(DifficultyEventRow)
            .where(DifficultyEventRow.difficulty_id == difficulty_id)
            .order_by(DifficultyEventRow.number)
        )
        return [
            Event(
                number=row.number,
                act=Act(row.act),
                party=Party(row.party),
                at=row.at,
                changes=row.changes,
                reason=self._opened(row.sealed_reason, row.id),
            )
            for row in rows
        ]

    def parties(self, session: Session, identity: Identity, difficulty: Difficulty) -> frozenset[Party]:
        """Return what a person is for a difficulty."""
        everything = find(self._registry, IDirectory).everything(session)
        return parties_of(identity, difficulty.finess, samus_of(everything, difficulty.department))

    def due(self, session: Session, now: datetime) -> list[tuple[Act, Difficulty]]:
        """Return what time brings by ``now``, each difficulty once."""
        is_open = DifficultyRow.state.in_(OPEN)
        found: dict[str, tuple[Act, Difficulty]] = {}
        for act, condition in (
            (Act.EXPIRE, is_open & (DifficultyRow.expected_end_at <= now - SILENT_AFTER_END)),
            (
                Act.ESCALATE,
                (DifficultyRow.state == State.DECLARED)
                & (DifficultyRow.answer_due_at <= now)
                & DifficultyRow.escalated_at.is_(None),
            ),
            (Act.REMIND, is_open & (DifficultyRow.expected_end_at <= now) & DifficultyRow.reminded_at.is_(None)),
            (Act.BEGIN, (DifficultyRow.state == State.ACKNOWLEDGED) & (DifficultyRow.starts_at <= now)),
        ):
            for row in session.scalars(select(DifficultyRow).where(condition).order_by(DifficultyRow.id).limit(500)):
                found.setdefault(row.id, (act, view_of(row)))
        return list(found.values())

    def _opened(self, sealed: str, row_id: str) -> str:
        return find(self._registry, ISealer).open_text(sealed, purpose=PURPOSE, bound_to=row_id)


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    is_open = DifficultyRow.state.in_(OPEN)
    found: list[ColumnElement[bool]] = [~is_open if wanted.closed else is_open]
    if wanted.department:
        found.append(DifficultyRow.department == wanted.department)
    if wanted.nature:
        found.append(DifficultyRow.nature == wanted.nature)
    if wanted.level:
        found.append(DifficultyRow.level >= wanted.level)
    if wanted.structure:
        found.append(DifficultyRow.structure == wanted.structure)
    return found
