"""Tables of the lost-everything path: what people wrote, and the links that were mailed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel, new_id


class LostEverythingRow(AccountsModel):
    """What somebody wrote who has nothing left to sign in with, sealed; the request itself is the reviews' package's.

    :ivar subject: the account that the login names, if there is one; nobody is told.
    """

    __tablename__ = "esea_lost_everything"

    request_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    subject: Mapped[str | None] = mapped_column(String(36))
    sealed: Mapped[str] = mapped_column(Text)


class EnrolmentLinkRow(AccountsModel):
    """One mailed link, by its hash. :ivar request_id: the request that two reviewers agreed to."""

    __tablename__ = "esea_enrolment_link"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    subject: Mapped[str] = mapped_column(String(36), index=True)
    request_id: Mapped[str] = mapped_column(String(36))
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    replaced_at: Mapped[datetime | None]
