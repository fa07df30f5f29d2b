"""Tables of requests: the state that every kind shares. What was asked lies in the tables of its kind."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from ..database import FoundationModel, new_id

_UNDECIDED = text("author IS NOT NULL AND state IN ('open', 'more_asked')")


class ReviewRequest(FoundationModel):
    """One request: who asks, where it stands, who decides. People are public subjects, never foreign keys."""

    __tablename__ = "esea_request"
    __table_args__ = (
        # One open request per person, kind and topic, whatever two browsers do at the same second.
        Index(
            "uq_esea_request_undecided",
            "author",
            "kind",
            "topic",
            unique=True,
            sqlite_where=_UNDECIDED,
            postgresql_where=_UNDECIDED,
        ),
        # A page of a queue walks one of these, and stops after as many rows as it shows.
        Index("ix_esea_request_due", "kind", "state", "due_on", "created_at", "id"),
        Index("ix_esea_request_queue", "kind", "state", "created_at", "id"),
        Index("ix_esea_request_queue_title", "kind", "state", "sort_title", "id"),
        Index("ix_esea_request_author", "author", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(40))
    reference: Mapped[str] = mapped_column(String(24), unique=True)
    state: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(200))
    sort_title: Mapped[str] = mapped_column(String(200))
    search_text: Mapped[str] = mapped_column(String(800))
    author: Mapped[str | None] = mapped_column(String(36))
    topic: Mapped[str] = mapped_column(String(64), default="")
    assignee: Mapped[str | None] = mapped_column(String(36))
    created_at: Mapped[datetime]
    due_on: Mapped[date] = mapped_column(Date)
    more_asked_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(36))
    #: See :mod:`.texts`.
    sealed_reason: Mapped[str] = mapped_column("reason", Text, default="")
    version: Mapped[int] = mapped_column(default=0)


class ReviewEntry(FoundationModel):
    """One line of a request's history: an act (``taken``, ``refused``…) or an internal note (``note``)."""

    __tablename__ = "esea_request_comment"
    __table_args__ = (Index("ix_esea_request_comment_request", "request_id", "id"),)

    #: Counted by the database: two acts of one instant keep their order.
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("esea_request.id", ondelete="CASCADE"))
    act: Mapped[str] = mapped_column(String(20))
    by: Mapped[str | None] = mapped_column(String(36))
    at: Mapped[datetime]
    #: See :mod:`.texts`.
    sealed_text: Mapped[str] = mapped_column("text", Text, default="")
    #: What the request said when its author was asked for more, see :mod:`.comparison`; "" with every other act.
    sealed_facts: Mapped[str] = mapped_column("facts", Text, default="", server_default="")


class ReviewAgreement(FoundationModel):
    """One reviewer's agreement to a request; the key lets nobody agree twice.

    :ivar kept: names of the choices that this reviewer made, separated by spaces.
    """

    __tablename__ = "esea_request_agreement"

    request_id: Mapped[str] = mapped_column(ForeignKey("esea_request.id", ondelete="CASCADE"), primary_key=True)
    by: Mapped[str] = mapped_column(String(36), primary_key=True)
    at: Mapped[datetime]
    kept: Mapped[str] = mapped_column(Text, default="", server_default="")
