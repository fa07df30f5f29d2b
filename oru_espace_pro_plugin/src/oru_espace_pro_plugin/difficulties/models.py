"""Tables of difficulties. Structures are codes of the directory, people subjects: no foreign key leaves the plugin."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..models_base import OruModel


class DifficultyRow(OruModel):
    """A difficulty as it stands; its history says how it came there."""

    __tablename__ = "oru_difficulty"
    __table_args__ = (
        Index("ix_oru_difficulty_state_department", "state", "department"),
        Index("ix_oru_difficulty_declared_at_id", "declared_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    #: Chosen by the form: the same declaration sent twice is one difficulty.
    idempotency_key: Mapped[str] = mapped_column(String(64), unique=True)
    structure: Mapped[str] = mapped_column(String(20), index=True)
    #: As the directory had it on that day.
    structure_name: Mapped[str] = mapped_column(String(200))
    finess: Mapped[str] = mapped_column(String(9))
    department: Mapped[str] = mapped_column(String(3))
    nature: Mapped[str] = mapped_column(String(40))
    level: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    motives: Mapped[list[str]] = mapped_column(JSON)
    pathways: Mapped[list[str]] = mapped_column(JSON)
    actions: Mapped[list[str]] = mapped_column(JSON)
    starts_at: Mapped[datetime]
    expected_end_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    phone: Mapped[str] = mapped_column(String(40))
    sealed_text: Mapped[str] = mapped_column("text", Text)
    declared_by: Mapped[str] = mapped_column(String(36), index=True)
    declared_at: Mapped[datetime]
    changed_at: Mapped[datetime] = mapped_column(index=True)
    #: Until when the SAMU should answer a request; when it was escalated for want of an answer.
    answer_due_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    #: Counts the changes: who acts on what they no longer see is told.
    version: Mapped[int] = mapped_column(default=1)


class DifficultyEventRow(OruModel):
    """One act on a difficulty. Never changed."""

    __tablename__ = "oru_difficulty_event"
    __table_args__ = (UniqueConstraint("difficulty_id", "number"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    difficulty_id: Mapped[str] = mapped_column(ForeignKey("oru_difficulty.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    act: Mapped[str] = mapped_column(String(20))
    party: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(36), default="", index=True)
    at: Mapped[datetime]
    #: Field to former and new value.
    changes: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    sealed_reason: Mapped[str] = mapped_column("reason", Text, default="")
