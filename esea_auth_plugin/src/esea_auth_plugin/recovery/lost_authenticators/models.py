"""Tables of the lost-everything path: what people wrote, and the links that were mailed."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel
from ...foundation.single_use import AccountSecret


class LostEverythingRow(AccountsModel):
    """What somebody wrote who has nothing left to sign in with, sealed; the request itself is the reviews' package's.

    :ivar subject: the account that the login names, if there is one; nobody is told.
    """

    __tablename__ = "esea_lost_everything"

    request_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    subject: Mapped[str | None] = mapped_column(String(36))
    sealed: Mapped[str] = mapped_column(Text)


class EnrolmentLinkRow(AccountSecret, AccountsModel):
    """One mailed link, by its hash. :ivar request_id: the request that two reviewers agreed to."""

    __tablename__ = "esea_enrolment_link"

    request_id: Mapped[str] = mapped_column(String(36))
