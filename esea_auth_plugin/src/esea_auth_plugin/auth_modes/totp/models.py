"""The table of authenticator applications: one row an application that a person added."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel, new_id


class TotpRow(AccountsModel):
    """One application.

    :ivar sealed_secret: the shared key, sealed and bound to this row: pasted into another row it opens nowhere.
    :ivar last_step: the last time step that was accepted; only a greater one is, so that a code works once.
    :ivar drift: how many steps its clock is ahead of ours, as last measured.
    :ivar sealed_address: where it was last used from, shown to its owner only.
    """

    __tablename__ = "esea_totp"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(36), index=True)
    label: Mapped[str] = mapped_column(String(60))
    sealed_secret: Mapped[str] = mapped_column(Text)
    last_step: Mapped[int] = mapped_column(BigInteger)
    drift: Mapped[int] = mapped_column(default=0)
    added_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    sealed_address: Mapped[str] = mapped_column(Text, default="")
