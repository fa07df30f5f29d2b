"""A difficulty as pages and jobs see it, what declares one, and why something may be refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from esea_auth_plugin.errors import PortalError

from .catalogue import Nature
from .machine import OPEN, Act, Party, State
from .models import DifficultyRow


class NotAllowed(PortalError):
    """The person may not do this, or not any more."""

    code = "difficulty.not_allowed"
    status = 403


class ChangedMeanwhile(PortalError):
    """Somebody else was faster; the page shows what they did."""

    code = "difficulty.changed_meanwhile"
    status = 409


class BadPeriod(PortalError):
    """The end is not after the beginning, or too far from it. ``field`` names the field of the form."""

    code = "difficulty.bad_period"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Difficulty:
    """A difficulty, detached from the database."""

    id: str
    structure: str
    structure_name: str
    finess: str
    department: str
    nature: str
    level: int
    state: State
    motives: tuple[str, ...]
    pathways: tuple[str, ...]
    actions: tuple[str, ...]
    starts_at: datetime
    expected_end_at: datetime
    ended_at: datetime | None
    phone: str
    declared_at: datetime
    changed_at: datetime
    answer_due_at: datetime | None
    escalated_at: datetime | None
    version: int

    @property
    def open(self) -> bool:
        """It has not ended."""
        return self.state in OPEN

    @property
    def waits_for_answer(self) -> bool:
        """The SAMU has not answered a request."""
        return self.state is State.DECLARED and self.answer_due_at is not None


@dataclass(frozen=True, slots=True)
class Event:
    """One act of the history. ``changes``: field to former and new value, as stored."""

    number: int
    act: Act
    party: Party
    at: datetime
    changes: Mapping[str, Sequence[str]]
    reason: str


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list shows; ``""`` and 0: any."""

    department: str = ""
    nature: str = ""
    level: int = 0
    structure: str = ""
    closed: bool = False


def check_period(nature: Nature, start: datetime, end: datetime, now: datetime, *, declared: bool = False) -> None:
    """Judge when a difficulty begins and should end.

    :param declared: it was declared before: only its end is judged. :raises BadPeriod: with the field to correct.
    """
    if not declared and not now - timedelta(days=1) <= start <= now + timedelta(days=90):
        raise BadPeriod("start", "Le début doit être entre hier et dans trois mois.")
    if end <= start:
        raise BadPeriod("until", "La fin prévue doit être après le début.")
    if end <= now:
        raise BadPeriod("until", "La fin prévue est déjà passée.")
    if end - start > timedelta(hours=nature.max_hours):
        longest = f"{nature.max_hours} heures" if nature.max_hours <= 72 else f"{nature.max_hours // 24} jours"
        raise BadPeriod("until", f"« {nature.title} » dure {longest} au plus.")


def view_of(row: DifficultyRow) -> Difficulty:
    return Difficulty(
        id=row.id,
        structure=row.structure,
        structure_name=row.structure_name,
        finess=row.finess,
        department=row.department,
        nature=row.nature,
        level=row.level,
        state=State(row.state),
        motives=tuple(row.motives),
        pathways=tuple(row.pathways),
        actions=tuple(row.actions),
        starts_at=row.starts_at,
        expected_end_at=row.expected_end_at,
        ended_at=row.ended_at,
        phone=row.phone,
        declared_at=row.declared_at,
        changed_at=row.changed_at,
        answer_due_at=row.answer_due_at,
        escalated_at=row.escalated_at,
        version=row.version,
    )
