"""The table of tries: one row a sign-in and mode."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ....foundation.database import AccountsModel


class FailureCounterRow(AccountsModel):
    """How often a sign-in has answered a mode, right and wrong answers together."""

    __tablename__ = "esea_sign_in_tries"

    sign_in: Mapped[str] = mapped_column(String(36), primary_key=True)
    mode: Mapped[str] = mapped_column(String(60), primary_key=True)
    tries: Mapped[int] = mapped_column(default=0)
    begun_at: Mapped[datetime]
