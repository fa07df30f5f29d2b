"""The table of corrections of an identity: what should stand there, sealed until somebody has decided."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ...foundation.database import AccountsModel


class CorrectionRow(AccountsModel):
    """What one request asks to change; its state lies with the reviews, under the same id.

    :ivar sealed: the values asked for and the reason, sealed; ``""`` once it is decided.
    """

    __tablename__ = "esea_identity_correction"

    request_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    subject: Mapped[str] = mapped_column(String(36), index=True)
    sealed: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
