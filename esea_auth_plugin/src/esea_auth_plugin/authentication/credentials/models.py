"""The table of enrolments under way: what a person is adding to their account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel, new_id


class EnrolmentRow(AccountsModel):
    """One credential being added, in one session. :ivar state: what the mode asked to remember, sealed."""

    __tablename__ = "esea_enrolment"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(String(36), index=True)
    subject: Mapped[str] = mapped_column(String(36), index=True)
    mode: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    done_at: Mapped[datetime | None]
