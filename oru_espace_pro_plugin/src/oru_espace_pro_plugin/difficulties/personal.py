"""What difficulties keep of a person: told to them on request; who acted is forgotten with their account."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from esea_auth_plugin.events import AccountErased
from esea_auth_plugin.pyramid_types import Registry

from .machine import DONE, Act
from .models import DifficultyEventRow, DifficultyRow


def personal_data(registry: Registry, session: Session, subject: str) -> object:
    """Return the acts of a person (a part of « Mes données »)."""
    query = (
        select(DifficultyEventRow.at, DifficultyEventRow.act, DifficultyRow.structure_name)
        .join(DifficultyRow, DifficultyRow.id == DifficultyEventRow.difficulty_id)
        .where(DifficultyEventRow.by == subject)
        .order_by(DifficultyEventRow.at)
    )
    return [{"le": at, "acte": DONE[Act(act)], "structure": name} for at, act, name in session.execute(query)]


def forget_person(event: AccountErased) -> None:
    """Subscriber: the difficulties stay, for the region's memory; nobody's subject stays in them."""
    for column in (DifficultyRow.declared_by, DifficultyEventRow.by):
        event.session.execute(update(column.class_).where(column == event.subject).values({column.key: ""}))
