"""The table of reminders that were put off."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ....foundation.database import AccountsModel


class ReminderRow(AccountsModel):
    """Until when a person does not want to hear of a second device; no row: they never said so."""

    __tablename__ = "esea_means_reminder"

    subject: Mapped[str] = mapped_column(String(36), primary_key=True)
    quiet_until: Mapped[datetime]
