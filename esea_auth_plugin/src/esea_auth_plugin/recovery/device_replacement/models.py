"""The table of tickets that open the addition of one device, and nothing else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel, new_id


class EnrolmentTicketRow(AccountsModel):
    """One ticket, named by a cookie of its own.

    :ivar cause: what it was given for: ``recovery_code``, or ``support`` after two reviewers agreed.
    """

    __tablename__ = "esea_enrolment_ticket"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    cookie_digest: Mapped[str] = mapped_column(String(64), unique=True)
    subject: Mapped[str] = mapped_column(String(36), index=True)
    cause: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
