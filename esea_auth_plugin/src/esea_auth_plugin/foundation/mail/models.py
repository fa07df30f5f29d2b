"""The outbox: what has to leave the process, written in the transaction of the act that it tells about."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..database import FoundationModel, new_id


class Delivery(FoundationModel):
    """One delivery. Recipient and values are sealed, and gone once it is sent, given up or expired.

    :ivar kind: what carries it: ``email``.
    :ivar name: which email.
    :ivar recipient_digest: keyed hash of the address, by which the support sees what became of somebody's mail;
        ``None`` for what goes nowhere.
    :ivar message_id: made with the row, so that a doubled mail is recognised as one.
    :ivar state: ``waiting``, ``sending``, ``sent``, ``given_up``, ``expired``, or ``withheld`` from an address that is
        not believed any more.
    :ivar attempts: tries so far; also tells whether a try still is the newest one (fencing).
    :ivar next_at: moment from which a worker may take it. Taking it moves this on by the length of a lease.
    :ivar valid_until: end of the code, token or link that it carries.
    :ivar error: class of the last failure, never its text.
    """

    __tablename__ = "esea_delivery"
    __table_args__ = (
        Index(None, "state", "next_at"),
        Index(None, "created_at"),
        Index(None, "recipient_digest", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(80))
    recipient: Mapped[str | None] = mapped_column(Text)
    recipient_digest: Mapped[str | None] = mapped_column(String(64))
    content: Mapped[str | None] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(80), default="")
