"""Tables of the business services: who may open what, and what people said when they asked for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from ..foundation.database import AccountsModel, new_id
from ..foundation.database.erasing import RETENTION

_LIVE = text("ended_at IS NULL")


class AccessGrant(AccountsModel):
    """One person's right to open one service: what gave it, who gave it, and when and why it ended."""

    __tablename__ = "esea_grant"
    __table_args__ = (
        Index("uq_esea_grant_live", "subject", "service", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("ix_esea_grant_request", "request_id"),
        {"info": {RETENTION: "who gave which right, and when it ended: as long as the trail"}},
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(36))
    service: Mapped[str] = mapped_column(String(64))
    request_id: Mapped[str | None] = mapped_column(String(36))
    given_by: Mapped[str] = mapped_column(String(36))
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    #: Why it ended, in words; see :func:`~.grants.ended_reason_of`.
    sealed_reason: Mapped[str] = mapped_column("ended_reason", Text, default="")


class FavouriteService(AccountsModel):
    """A service that a person put first among the tiles of « Mon compte »."""

    __tablename__ = "esea_favourite_service"

    subject: Mapped[str] = mapped_column(String(36), primary_key=True)
    service: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]


class GrantHold(AccountsModel):
    """While one of these stands, none of a person's rights opens anything: a request of the support must end it.

    :ivar request_id: what it waits for.
    """

    __tablename__ = "esea_grant_hold"

    request_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    subject: Mapped[str] = mapped_column(String(36), index=True)
    since: Mapped[datetime]


class AccessRequest(AccountsModel):
    """What somebody said when asking for a service; its state lies with the reviews, under the same id."""

    __tablename__ = "esea_access_request"
    __table_args__ = (
        Index("ix_esea_access_request_subject", "subject", "service"),
        {"info": {RETENTION: "that a service was asked for, its motive wiped: as long as the trail"}},
    )

    request_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    subject: Mapped[str] = mapped_column(String(36))
    service: Mapped[str] = mapped_column(String(64))
    #: What the person wrote, see :func:`~.asking.motive_of`.
    sealed_motive: Mapped[str] = mapped_column("motive", Text)
    terms_version: Mapped[str] = mapped_column(String(40))
    terms_accepted_at: Mapped[datetime]
