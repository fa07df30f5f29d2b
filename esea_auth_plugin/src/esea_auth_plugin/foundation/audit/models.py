"""Tables of the trail: what happened, who and where (sealed), the digest that proves it, the seal that orders it.

Only the digest and its seal stay for ever. What happened goes after the retention period, names and addresses may go
sooner; neither breaks the proof, since a digest is salted and its salt goes with what it proves.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..database import FoundationModel


class AuditEvent(FoundationModel):
    """One attempt or decision. Never changed; removed when its retention ends.

    :ivar details: canonical JSON, codes and references only. :ivar salt: hex; goes with the row.
    :ivar personal_digest: what proves the side row, ``""`` when there is none.
    """

    __tablename__ = "esea_audit_event"
    __table_args__ = (
        Index(None, "at"),
        Index(None, "actor", "at"),
        Index(None, "target", "at"),
        Index(None, "action", "at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(80))
    outcome: Mapped[str] = mapped_column(String(16))
    actor: Mapped[str | None] = mapped_column(String(64))
    target: Mapped[str | None] = mapped_column(String(64))
    details: Mapped[str] = mapped_column(Text)
    personal_digest: Mapped[str] = mapped_column(String(64))
    salt: Mapped[str] = mapped_column(String(32))


class AuditPersonal(FoundationModel):
    """Names, addresses and browsers of one event, sealed; erasable at any time.

    :ivar sealed: ``""`` once erased. :ivar erased_by: id of the ``audit.personal_erased`` event that explains it.
    :ivar erased_mac: code over both ids; without it somebody else than the portal emptied the row.
    """

    __tablename__ = "esea_audit_personal"

    event_id: Mapped[str] = mapped_column(ForeignKey("esea_audit_event.id", ondelete="CASCADE"), primary_key=True)
    sealed: Mapped[str] = mapped_column(Text)
    erased_by: Mapped[str] = mapped_column(String(36), default="", server_default="")
    erased_mac: Mapped[str] = mapped_column(String(120), default="", server_default="")


class AuditDigest(FoundationModel):
    """What proves an event. The database refuses to change or remove it. No foreign key: it outlives the event.

    :ivar origin: short hash of the address of the portal that wrote it (:func:`~.keys.origin_of`).
    :ivar mac: code over id, time, digest and origin; ``""`` in rows sealed before codes existed.
    """

    __tablename__ = "esea_audit_digest"
    __table_args__ = (Index(None, "at"),)

    event_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64))
    origin: Mapped[str] = mapped_column(String(16), server_default="")
    mac: Mapped[str] = mapped_column(String(120), server_default="")


class AuditSeal(FoundationModel):
    """A link of the chain, in the order that the sealer gave. The database refuses to change or remove it."""

    __tablename__ = "esea_audit_seal"
    __table_args__ = (CheckConstraint("number > 0", name="number"),)

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    event_id: Mapped[str] = mapped_column(ForeignKey("esea_audit_digest.event_id"), unique=True)
    link: Mapped[str] = mapped_column(String(64))
