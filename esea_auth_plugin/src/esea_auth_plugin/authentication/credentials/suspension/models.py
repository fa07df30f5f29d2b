"""The table of frozen factors: refused, whoever shows them, until somebody lifts it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ....foundation.database import AccountsModel, new_id


class SuspendedFactorRow(AccountsModel):
    """One frozen factor of one person. ``reference`` is ``""`` when the whole mode is frozen for them."""

    __tablename__ = "esea_frozen_factor"
    __table_args__ = (UniqueConstraint("subject", "mode", "reference"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(36))
    mode: Mapped[str] = mapped_column(String(60))
    reference: Mapped[str] = mapped_column(String(255), default="")
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(40))
